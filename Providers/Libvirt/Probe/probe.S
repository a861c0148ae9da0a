# A guest that does what every kernel does early, writes a letter to port 0xe9 after each step and ends QEMU by port 0xf4.
# It tells whether an ordinary guest would run under KVM, within milliseconds. `assemble` makes it into Swift.
#
# It is the start of a ROM of 64 KiB, mapped at 0xf0000; the last 16 bytes of the ROM jump to its first.

    .set base, 0xf0000
    .set tables, 0x1000             # page tables, 6 pages
    .set interrupts, 0x8000         # interrupt descriptors
    .set stack, 0x7000
    .set scratch, 0x7800
    .set apic, 0xfee00000
    .set vector, 0x20
    .set iterations, 10000000       # a processor needs 5 ms, QEMU's emulation 100 ms, KVM's emulation 10 s

    .macro step letter
    movb $\letter, %al
    outb %al, $0xe9
    .endm

    .code16
    cli
    cld
    step 'r'                        # real mode
    movw %cs, %ax
    movw %ax, %ds
    lgdtl gdt_register
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    ljmpl $0x08, $(base + protected)

    .code32
protected:
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl $stack, %esp
    step 'p'                        # protected mode
    movl $tables, %edi
    xorl %eax, %eax
    movl $(6 * 1024), %ecx
    rep stosl
    movl $(tables + 0x1003), tables
    movl $(tables + 0x2003), tables + 0x1000
    movl $(tables + 0x3003), tables + 0x1008
    movl $(tables + 0x4003), tables + 0x1010
    movl $(tables + 0x5003), tables + 0x1018
    movl $(tables + 0x2000), %edi
    movl $0x83, %eax                # present, writable, 2 MiB
    movl $2048, %ecx                # 4 GiB, each address to itself
map:
    movl %eax, (%edi)
    addl $8, %edi
    addl $0x200000, %eax
    loop map
    movl %cr4, %eax
    orl $0x620, %eax                # PAE, SSE
    movl %eax, %cr4
    movl $tables, %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx          # EFER.LME
    rdmsr
    orl $0x100, %eax
    wrmsr
    movl %cr0, %eax
    andl $0x9ffffff3, %eax          # caches on, x87 not emulated
    orl $0x80000002, %eax           # paging
    movl %eax, %cr0
    ljmpl $0x18, $(base + long)

    .code64
long:
    step 'l'                        # long mode with paging
    movl $iterations, %ecx
spin:
    decl %ecx
    jnz spin
    step 's'                        # speed
    xorl %eax, %eax
    cpuid
    rdtsc
    step 'i'                        # identification and clock
    fninit
    fld1
    fstpl scratch
    step 'f'                        # x87
    pxor %xmm0, %xmm0
    movaps %xmm0, scratch
    step 'v'                        # SSE2

    leaq tick(%rip), %rax           # one interrupt gate
    movw %ax, interrupts + 16 * vector
    movw $0x18, interrupts + 16 * vector + 2
    movw $0x8e00, interrupts + 16 * vector + 4
    shrl $16, %eax
    movl %eax, interrupts + 16 * vector + 6
    movl $0, interrupts + 16 * vector + 10
    lidt interrupt_register(%rip)
    movl $apic, %edi
    movl $0x1ff, 0xf0(%rdi)         # on
    movl $0x700, 0x350(%rdi)        # heeds the 8259
    movb $0x11, %al                 # 8259, both: vectors from 0x20, only the timer is heard
    outb %al, $0x20
    outb %al, $0xa0
    movb $vector, %al
    outb %al, $0x21
    movb $(vector + 8), %al
    outb %al, $0xa1
    movb $4, %al
    outb %al, $0x21
    movb $2, %al
    outb %al, $0xa1
    movb $1, %al
    outb %al, $0x21
    outb %al, $0xa1
    movb $0xfe, %al
    outb %al, $0x21
    movb $0xff, %al
    outb %al, $0xa1
    movb $0x34, %al                 # 8254, channel 0: every millisecond
    outb %al, $0x43
    movb $0xa9, %al
    outb %al, $0x40
    movb $0x04, %al
    outb %al, $0x40
    xorl %ebx, %ebx
    sti
doze:
    hlt
    cmpl $3, %ebx
    jb doze
    cli
    step 't'                        # ticks of the timer wake it
    movb $0xff, %al                 # 8259 off
    outb %al, $0x21
    movl $0x0b, 0x3e0(%rdi)         # APIC: counts undivided,
    movl $vector, 0x320(%rdi)       # to one interrupt,
    movl $100000, 0x380(%rdi)       # from here
    xorl %ebx, %ebx
    sti
sleep:
    hlt
    testl %ebx, %ebx
    jz sleep
    cli
    step 'a'                        # the APIC's timer wakes it
    movb $0x10, %al                 # QEMU ends with 2 * 0x10 + 1
    outb %al, $0xf4
end:
    hlt
    jmp end

tick:
    pushq %rax
    incl %ebx
    movb $0x20, %al
    outb %al, $0x20
    popq %rax
    iretq

    .balign 8
gdt:                                # the processor can't mark these as accessed: they are in ROM
    .quad 0
    .quad 0x00cf9b000000ffff        # 0x08: code, 32 bits
    .quad 0x00cf93000000ffff        # 0x10: data
    .quad 0x00af9b000000ffff        # 0x18: code, 64 bits
gdt_register:
    .word 31
    .long base + gdt
interrupt_register:
    .word 16 * vector + 15
    .quad interrupts
