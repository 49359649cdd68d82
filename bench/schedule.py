"""The rows of `bench/run schedule`: what ten thousand automations cost (bench/schedule.c)."""
from lib import RELEASE, Store, figure, run

AGENT = "name: greeter\nmodel: builtin:extractive\ninstructions: Greet.\n"


def schedule_rows(folder):
    store, agents = Store(folder / "schedule"), folder / "agents"
    (agents / "agents" / "pydantic-agentspec").mkdir(parents=True)
    (agents / "agents" / "pydantic-agentspec" / "greeter.yaml").write_text(AGENT)
    out = run(RELEASE / "bench" / "bench-schedule", store.folder, agents)
    tick, fire = figure(out, r"tick us: ([\d.]+)") / 1000, figure(out, r"fire ms: ([\d.]+)") / 1000
    yield "a look at 10,000 automations that fires none", f"{tick:.3f} ms", "5 ms or less", tick <= 5
    yield "1,000 automations due in one second, until all their runs are durable", f"{fire:.2f} s", "3 s or less", fire <= 3
