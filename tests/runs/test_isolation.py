"""Nothing leaks from one execution into the next, and a report's random numbers are its own."""

from __future__ import annotations

import pytest

from hmic_analysis.runs.warm import wire

from .orders import execute_all, make_order, printed

pytestmark = pytest.mark.skipif(not wire.supported(), reason="warm copies exist on Linux only")

POISON = """
import builtins, os, sys, random, signal, tempfile, warnings, logging, locale, decimal
import numpy as np, pandas as pd, matplotlib, matplotlib.pyplot as plt
leaked = 'a name'
os.environ['HMIC_LEAK'] = '1'
os.chdir(tempfile.gettempdir())
sys.path.insert(0, '/leaked')
builtins.leaked = 1
plt.rcParams['figure.dpi'] = 33
plt.figure()
pd.set_option('display.max_rows', 3)
np.set_printoptions(precision=1)
np.seterr(all='raise')
random.seed(9); np.random.seed(9)
pd.DataFrame.leaked = True
warnings.simplefilter('error')
logging.disable(logging.CRITICAL)
decimal.getcontext().prec = 3
signal.signal(signal.SIGALRM, lambda *a: None)
held = open(os.path.join(tempfile.gettempdir(), 'held-by-a-notebook'), 'w')
os.umask(0)
import hmic_analysis; hmic_analysis.leaked = True
"""
LOOK = """
import builtins, os, sys, random, signal, warnings, logging, decimal
import numpy as np, pandas as pd, matplotlib, matplotlib.pyplot as plt, hmic_analysis
found = ['leaked' in globals(), 'HMIC_LEAK' in os.environ, '/leaked' in sys.path, hasattr(builtins, 'leaked'),
    plt.rcParams['figure.dpi'] == 33, bool(plt.get_fignums()), pd.get_option('display.max_rows') == 3,
    np.get_printoptions()['precision'] == 1, np.geterr()['divide'] == 'raise', hasattr(pd.DataFrame, 'leaked'),
    any(f[0] == 'error' and f[2] is Warning for f in warnings.filters), logging.root.manager.disable >= logging.CRITICAL,
    decimal.getcontext().prec == 3, signal.getsignal(signal.SIGALRM) != signal.SIG_DFL,
    hasattr(hmic_analysis, 'leaked'), os.umask(0o22) == 0]
print(sum(found), len(found))
print(os.path.basename(os.getcwd()))
open_files = [os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{n}')]
print(len([p for p in open_files if p.startswith('/') and not p.startswith(('/dev', '/proc'))]))
print(len([p for p in open_files if p.startswith('socket:')]))
print(get_ipython().execution_count, len(In), [k for k in globals() if k.startswith('after')])
"""
RANDOM = "import random, numpy as np\nprint(random.random(), np.random.rand())"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("isolation")


def test_nothing_leaks_into_the_next_notebook(folder):
    orders = []
    for i in range(3):
        orders += [make_order(folder, f"poison{i}", [POISON]), make_order(folder, f"look{i}", [LOOK])]
    # One worker executes all of them, one after another.
    records = execute_all(orders, workers=1)
    assert {record.status for record in records.values()} == {"complete"}, records
    seen = {printed(order) for order in orders if order.finding.startswith("look")}
    # Two sockets are those of the event loop; the shell has counted two cells of parameters and this one.
    assert seen == {f"0 16\n{folder.name}\n0\n2\n4 4 []\n"}


def test_random_numbers_are_those_of_the_report_on_either_engine(folder):
    orders = [make_order(folder, name, [RANDOM], engine) for name, engine in (("one", "warm"), ("two", "warm"))]
    records = execute_all(orders)
    assert {record.status for record in records.values()} == {"complete"}
    first = {order.finding: printed(order) for order in orders}
    assert first["one"] != first["two"]
    again = [make_order(folder, "one", [RANDOM], "plain"), make_order(folder, "two", [RANDOM])]
    execute_all(again)
    assert {order.finding: printed(order) for order in again} == first
