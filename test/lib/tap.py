"""Results as TAP lines on standard output; what explains a failure follows it behind '#'."""
import sys


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, passed, name, *why):
        self.count += 1
        self.failed += not passed
        print("ok" if passed else "not ok", "-", " ".join(name.split()), flush=True)
        if not passed:
            self.say(*why)
        return passed

    def say(self, *lines):
        for line in "\n".join(str(line) for line in lines).splitlines():
            print("#", line[:2000], flush=True)

    def skip(self, name, why):
        self.count += 1
        print(f"ok - {name} # SKIP {why}", flush=True)

    def end(self):
        """Prints the plan; the value is for sys.exit."""
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed else 0


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)
