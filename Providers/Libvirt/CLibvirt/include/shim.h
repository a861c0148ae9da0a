#pragma once
#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

// libvirt is opened when it is first needed, never linked: a program that only runs containers must start where there
// is no libvirt. Its functions are then found in a table whose members have their names and types.

#define DEVENV_LIBVIRT_FUNCTIONS(F) \
    F(virGetVersion) F(virGetLastError) F(virSetErrorFunc) \
    F(virEventRegisterDefaultImpl) F(virEventRunDefaultImpl) \
    F(virConnectOpen) F(virConnectRef) F(virConnectClose) F(virConnectIsAlive) F(virConnectSetKeepAlive) \
    F(virConnectRegisterCloseCallback) F(virConnectUnregisterCloseCallback) \
    F(virConnectDomainEventRegisterAny) F(virConnectDomainEventDeregisterAny) \
    F(virConnectGetVersion) F(virConnectGetLibVersion) F(virConnectGetCapabilities) \
    F(virConnectGetDomainCapabilities) F(virNodeGetInfo) \
    F(virConnectListAllDomains) F(virConnectGetAllDomainStats) F(virDomainStatsRecordListFree) F(virTypedParamsGetInt) \
    F(virDomainFree) F(virDomainLookupByUUIDString) F(virDomainLookupByName) F(virDomainGetName) \
    F(virDomainGetUUIDString) F(virDomainGetID) F(virDomainGetState) F(virDomainIsPersistent) \
    F(virDomainGetXMLDesc) F(virDomainGetMetadata) F(virDomainSetMetadata) F(virDomainDefineXMLFlags) F(virDomainUndefineFlags) \
    F(virDomainCreateWithFlags) F(virDomainShutdownFlags) F(virDomainReset) F(virDomainDestroyFlags) \
    F(virDomainSuspend) F(virDomainResume) F(virDomainSetAutostart) \
    F(virDomainManagedSave) F(virDomainManagedSaveRemove) F(virDomainHasManagedSaveImage) \
    F(virDomainSaveFlags) F(virDomainRestoreFlags) \
    F(virDomainSetMemoryFlags) F(virDomainSetVcpusFlags) \
    F(virDomainBlockResize) F(virDomainGetBlockInfo) F(virDomainGetDiskErrors) \
    F(virDomainAttachDeviceFlags) F(virDomainUpdateDeviceFlags) F(virDomainDetachDeviceFlags) \
    F(virDomainInterfaceAddresses) F(virDomainInterfaceFree) F(virDomainSetTime) \
    F(virDomainListAllSnapshots) F(virDomainSnapshotFree) F(virDomainSnapshotLookupByName) \
    F(virDomainSnapshotGetName) F(virDomainSnapshotGetXMLDesc) F(virDomainSnapshotIsCurrent) \
    F(virDomainSnapshotCreateXML) F(virDomainRevertToSnapshot) F(virDomainSnapshotDelete) \
    F(virConnectListAllNetworks) F(virNetworkFree) F(virNetworkLookupByName) F(virNetworkGetName) \
    F(virNetworkGetBridgeName) F(virNetworkIsActive) F(virNetworkGetXMLDesc) F(virNetworkDefineXML) \
    F(virNetworkCreate) F(virNetworkDestroy) F(virNetworkUndefine) F(virNetworkSetAutostart) F(virNetworkUpdate) \
    F(virNetworkGetDHCPLeases) F(virNetworkDHCPLeaseFree) \
    F(virConnectListAllStoragePools) F(virStoragePoolFree) F(virStoragePoolLookupByName) F(virStoragePoolGetName) \
    F(virStoragePoolIsActive) F(virStoragePoolGetXMLDesc) F(virStoragePoolDefineXML) F(virStoragePoolBuild) \
    F(virStoragePoolCreate) F(virStoragePoolDestroy) F(virStoragePoolDelete) F(virStoragePoolUndefine) \
    F(virStoragePoolRefresh) F(virStoragePoolSetAutostart) F(virStoragePoolListAllVolumes) \
    F(virStorageVolFree) F(virStorageVolLookupByName) F(virStorageVolGetName) F(virStorageVolGetXMLDesc) \
    F(virStorageVolCreateXML) F(virStorageVolDelete) F(virStorageVolResize) \
    F(virStorageVolUpload) F(virStorageVolDownload) \
    F(virStreamNew) F(virStreamFree) F(virStreamSend) F(virStreamSendHole) F(virStreamRecvFlags) \
    F(virStreamRecvHole) F(virStreamFinish) F(virStreamAbort)

// The part of libvirt that only knows QEMU; it is a library of its own, and some systems don't have it.
#define DEVENV_LIBVIRT_QEMU_FUNCTIONS(F) F(virDomainQemuAgentCommand) F(virDomainQemuMonitorCommand)

#define DEVENV_MEMBER(name) __typeof__(name) *_Nonnull name;

struct devenv_libvirt {
    DEVENV_LIBVIRT_FUNCTIONS(DEVENV_MEMBER)
};

struct devenv_libvirt_qemu {
    DEVENV_LIBVIRT_QEMU_FUNCTIONS(DEVENV_MEMBER)
};

#undef DEVENV_MEMBER

/// Opens libvirt.so.0 and fills the table. Null where the library or one of the functions is missing; `reason` then
/// points to what the dynamic linker said, valid until the thread's next call of it. Not for several threads at once.
const struct devenv_libvirt *_Nullable devenv_libvirt_load(const char *_Nullable *_Nonnull reason);

/// The same for libvirt-qemu.so.0.
const struct devenv_libvirt_qemu *_Nullable devenv_libvirt_qemu_load(const char *_Nullable *_Nonnull reason);

/// Starts the thread that delivers libvirt's events for as long as the process lives: it calls `run` again and again.
/// It takes no signals. An error number, or 0.
int devenv_libvirt_deliver_events(int (*_Nonnull run)(void));
