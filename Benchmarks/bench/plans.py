"""Reading, checking and planning Envfiles of many machines: the time has to grow as they do."""

from .devenv import BOX
from .measure import interleave

SIZES = (100, 1_000, 10_000)


def _what(size):
    return f"plan, {size:,} machines"


def measure(bench):
    if not bench.devenv:
        return
    lives = []
    for size in SIZES:
        project = bench.devenv.project(f"plan-{size}", envfile(size))
        command = bench.devenv.command(project, "plan", statuses=(10,))
        lives.append(lambda what=_what(size), command=command: bench.times.add(what, "devenv", command.run()))
    interleave(max(3, bench.rounds // 2), lives)


def envfile(size):
    machines = "".join(_machine(index) for index in range(size))
    return f"""\
version: 1
name: bench-plan
provider: container
networks:
  lan: {{ subnet: 10.128.0.0/16 }}
machines:
{machines}"""


def _machine(index):
    """Each tenth is what the next nine wait for."""
    first = index - index % 10
    depends = f"    depends_on: {{ m{first}: running }}\n" if index != first else ""
    return f"""\
  m{index}:
    box: {BOX}
    memory: 256MiB
    networks: [{{ name: lan }}]
{depends}    provision:
      - name: greet
        shell: {{ inline: "echo I am ${{machine.name}}", env: {{ NUMBER: "{index}" }} }}
"""


def tabulate(table):
    times = table.times
    for size in SIZES:
        if times.has(_what(size), "devenv"):
            table.add_alone(_what(size), f"{times.median(_what(size), 'devenv') / size * 1000:.0f} µs a machine")
    table.add_growth(_what(SIZES[1]), _what(SIZES[2]), at_most=SIZES[2] // SIZES[1] * 1.3)
