"""A warm copy writes the notebook that plain papermill writes, cell by cell."""

from __future__ import annotations

import json
import re

import nbformat
import pytest

from hmic_analysis.runs.warm import wire

from .notebooks import build, start

pytestmark = pytest.mark.skipif(not wire.supported(), reason="warm copies exist on Linux only")

STREAMS = [
    "print('a'); print('b')",
    "import sys; print('e', file=sys.stderr)",
    "for i in range(3):\n    print('o', i)\n    sys.stdout.flush()\n    print('e', i, file=sys.stderr)\n    sys.stderr.flush()\n    import time; time.sleep(0.3)",
    "print('x' * 300_000)",
    "for i in range(2000): print(i)",
    "print('é 漢字 😀')",
    "sys.stdout.isatty(), sys.stdout.writable(), isinstance(sys.stdout, __import__('io').TextIOBase)",
    "import os\nos.write(1, b'raw out\\n'); __import__('time').sleep(0.3)",
    "import subprocess; subprocess.run(['echo', 'child'], check=True); import time; time.sleep(0.3); 7",
    "subprocess.run(['sh', '-c', 'echo to-err >&2'], check=True); time.sleep(0.3); 8",
    "import threading\nt = threading.Thread(target=lambda: print('from a thread')); t.start(); t.join()",
    "import logging; logging.warning('w'); logging.getLogger('x').error('e')",
    "import warnings; warnings.warn('careful')",
    "warnings.warn('old', DeprecationWarning)",
    "from tqdm import tqdm\nfor i in tqdm(range(3), file=sys.stdout, bar_format='{n}/{total}'): pass",
]  # fmt: skip
DISPLAY = [
    "1 + 1",
    "_ + 1",
    "Out[3], In[1][:5]",
    "from IPython.display import display, HTML, Markdown, JSON, Image, SVG, update_display, clear_output\ndisplay(HTML('<b>x</b>'), Markdown('# y'), JSON({'a': 1}))\nprint('after')\nHTML('last')",
    "h = display('one', display_id='q')",
    "update_display('two', display_id='q')",
    "h.update('three')",
    "display({'text/plain': 'p', 'text/html': '<i>p</i>'}, raw=True, metadata={'text/html': {'isolated': True}})",
    "for i in range(3):\n    clear_output(wait=True); print(i)",
    "print('x'); clear_output(); print('y')",
    "Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + b'\\x00' * 40, format='png', width=10)",
    "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>')",
    "class R:\n    def _repr_mimebundle_(self, **k): return {'text/plain': 'r', 'text/html': '<p>r</p>'}\nR()",
    ("class B:\n    def __repr__(self): raise ValueError('bad repr')\nB()", ["raises-exception"]),
    "import pandas as pd, numpy as np\ndf = pd.DataFrame(np.arange(60).reshape(3, 20)); df",
    "print(df)",
    "df.describe()",
    "pd.Series(pd.date_range('2013-11-30', periods=3, tz='Europe/London'), name='t')",
    "pd.DataFrame({'s': ['a', None]}, dtype='string')",
]  # fmt: skip
SHELL = [
    "%%time\nsum(range(10))",
    "%%bash\necho hi; echo err >&2",
    "!echo sub",
    "x = !echo cap\nx",
    "%matplotlib inline",
    "%env HMIC_TEST_SECRET",
    "import sys, os\nos.path.basename(sys.argv[0]), os.getcwd() == os.path.realpath(os.getcwd()), '' in sys.path",
    "sorted(k for k in globals() if not k.startswith('_'))",
    "__name__, '__file__' in globals()",
    "force, k, m, n, q",
    "import asyncio\nawait asyncio.sleep(0)\nprint('ok')",
    "async def f(): return 3\nawait f()",
    "asyncio.get_running_loop().is_running()",
    "L = []\nasync def bg():\n    await asyncio.sleep(0.01); L.append(1)\nt = asyncio.create_task(bg())",
    "await asyncio.sleep(0.05)\nL",
    "try:\n    input('?')\nexcept Exception as e: print(type(e).__name__, e)",
    "len?",
    "import IPython; print(IPython.get_ipython().__class__.__name__, hasattr(get_ipython(), 'kernel'))",
    "import pickle\nclass A:\n    x = 1\nA.__module__, pickle.loads(pickle.dumps(A())).x",
    # A pool that is left without close and join ends its process, printed or not; what it printed comes by a thread.
    "import multiprocessing as mp\ndef sq(x):\n    print('in the pool', x, flush=True)\n    return x * x\nwith mp.get_context('fork').Pool(1) as p:\n    r = p.map(sq, range(2))\n    p.close()\n    p.join()\nimport time; time.sleep(2)\nr",
    "%history -n 1-2",
    ("%nosuchmagic", ["raises-exception"]),
    "",
    "   ",
    ("print('skipped')", ["skip-execution"]),
    "import numpy as np\nnp.random.seed(1); np.random.rand(2).round(4).tolist()",
    "import signal; signal.getsignal(signal.SIGTERM) == signal.SIG_DFL",
]  # fmt: skip
PICTURES = [
    "import matplotlib.pyplot as plt\n[plt.rcParams[k] for k in ('figure.figsize', 'figure.dpi', 'savefig.dpi', 'font.size', 'figure.facecolor', 'backend', 'interactive')]",
    "plt.plot([1, 2]); plt.show()",
    "fig, ax = plt.subplots(); ax.plot([3, 1])",
    "plt.figure(); plt.plot([1]); plt.figure(); plt.plot([2]); print('two')",
    "import seaborn as sns\nsns.set_theme()\nsns.histplot([1, 2, 2, 3]); plt.show()",
    "%config InlineBackend.figure_formats = ['svg']\nplt.rcParams['svg.hashsalt'] = 'x'\nplt.rcParams['svg.fonttype'] = 'none'\nplt.plot([1, 2]); None",
    "%config InlineBackend.figure_format = 'retina'\nplt.plot([1, 2]); None",
]  # fmt: skip
ALLOWED_ERRORS = [
    ("print('before')\n1/0", ["raises-exception"]),
    ("x = (", ["raises-exception"]),
    ("class E(Exception): pass\nraise E('boom ünï')", ["raises-exception"]),
    ("def f(n):\n    return f(n - 1) if n else 1 / 0\nf(3)", ["raises-exception"]),
    ("raise KeyboardInterrupt()", ["raises-exception"]),
    ("try:\n    {}['k']\nexcept KeyError as e: raise ValueError('chained') from e", ["raises-exception"]),
    ("import sys; sys.exit(1)", ["raises-exception"]),
    "print('goes on')",
]
CASES = {
    "streams": STREAMS,
    "display": DISPLAY,
    "shell": SHELL,
    "pictures": PICTURES,
    "allowed_errors": ALLOWED_ERRORS,
    "error": ["print('before')\n1/0", "print('never')"],
    "syntax": ["x = (", "1"],
    "exit_0": ["import sys; print('bye'); sys.exit(0)", "print('not reached?')"],
}


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """All notebooks, executed by papermill and by warm copies."""
    folder = tmp_path_factory.mktemp("conformance")
    for name, cells in CASES.items():
        nbformat.write(build(cells), folder / f"{name}.ipynb")
    half = ("streams", "shell", "allowed_errors", "exit_0")
    rest = tuple(name for name in CASES if name not in half)
    running = [start(folder, "papermill", half), start(folder, "papermill", rest), start(folder, "warm", CASES)]
    assert [process.wait(timeout=180) for process in running] == [0, 0, 0]
    return folder


@pytest.mark.parametrize("name", CASES)
def test_a_warm_copy_writes_what_papermill_writes(executed, name):
    ended = {e: json.loads((executed / f"{name}.{e}.json").read_text(encoding="utf-8")) for e in ("papermill", "warm")}
    assert plain_text(ended["warm"]["message"]) == plain_text(ended["papermill"]["message"])
    assert ended["warm"]["error"] == ended["papermill"]["error"]
    found, wanted = (comparable(nbformat.read(executed / f"{name}.{e}.ipynb", 4)) for e in ("warm", "papermill"))
    assert len(found["cells"]) == len(wanted["cells"])
    for place, (one, other) in enumerate(zip(found["cells"], wanted["cells"], strict=True)):
        assert one == other, f"cell {place}: {other['source']}"
    assert found["metadata"] == wanted["metadata"]


def test_the_comparison_sees_differences():
    """What makes notebooks comparable must not make different ones equal."""
    one, other = build(["print(1)"]), build(["print(1)"])
    for notebook, text in ((one, "1\n"), (other, "2\n")):
        notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    assert comparable(one) != comparable(other)


def comparable(notebook) -> dict:
    """A notebook without times, process numbers, addresses and random ids."""
    cells = []
    for cell in notebook.cells:
        plain = json.loads(json.dumps(cell))
        plain.pop("id", None)
        own = plain["metadata"].get("papermill", {})
        plain["metadata"]["papermill"] = {k: v if k in ("status", "exception") else v is None for k, v in own.items()}
        if "execution" in plain["metadata"]:
            plain["metadata"]["execution"] = sorted(plain["metadata"]["execution"])
        if "outputs" in plain:
            plain["outputs"] = [_output(out) for out in _joined(plain["outputs"])]
        cells.append(plain)
    metadata = json.loads(json.dumps(notebook.metadata))
    for name in ("start_time", "end_time", "duration", "output_path"):
        metadata.get("papermill", {}).pop(name, None)
    return {"cells": cells, "metadata": metadata}


def _joined(outputs: list[dict]) -> list[dict]:
    """Streams that follow each other as one: where papermill cuts them depends on its timing.

    Standard output and error that alternate are brought into the order of their names for the same reason, within
    one run of stream outputs.
    """
    found: list[dict] = []
    run: dict[str, str] = {}

    def end_run() -> None:
        found.extend({"output_type": "stream", "name": n, "text": run[n]} for n in sorted(run))
        run.clear()

    for out in outputs:
        if out["output_type"] == "stream":
            run[out["name"]] = run.get(out["name"], "") + out["text"]
        else:
            end_run()
            found.append(out)
    end_run()
    return found


def _output(out: dict) -> dict:
    return json.loads(plain_text(json.dumps(out, ensure_ascii=False)))


def plain_text(text: str) -> str:
    """Text without what differs between any two executions."""
    text = re.sub(r"0x[0-9a-f]{6,}", "0x", text)
    text = re.sub(r"ipykernel_\d+/\d+\.py", "ipykernel", text)
    text = re.sub(r"(CPU times: |Wall time: |user |sys: |total: )[^\\\"]*", r"\1", text)
    text = re.sub(r"<dc:date>[^<]*", "<dc:date>", text)
    return re.sub(r"<Figure size [^>]*>", "<Figure>", text)
