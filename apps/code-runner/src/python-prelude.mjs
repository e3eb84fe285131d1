// Python that runs inside the interpreter, around the author's code.

/** Modules that stand in the memory snapshot, so that importing them costs nothing. */
export const warmUp = `
import ast, base64, bisect, calendar, collections, copy, csv, dataclasses, datetime, decimal, difflib, enum, fractions
import functools, hashlib, heapq, html, io, itertools, json, linecache, math, operator, random, re, secrets, statistics
import string, struct, textwrap, time, traceback, types, typing, unicodedata, urllib.parse, uuid, zlib
`;

/**
 * Evaluates to two functions: `execute(code, inputs)` runs main and keeps what it returned, `serialise()` writes that as
 * JSON. Both return a text: a status line, then the result or the message.
 */
export const prelude = ({ resultBytes, messageLength }) => `
def _prepare():
    import asyncio, json, linecache, random, sys, time, traceback, types
    from pyodide import webloop
    FILE = "main.py"
    FRAMES = 200
    RESULT_BYTES = ${resultBytes}
    MESSAGE_LENGTH = ${messageLength}
    dumps, loads = json.dumps, json.loads

    # A snapshot freezes the generator: without this every process would repeat the same numbers.
    random.seed()

    # Pyodide's event loop belongs to the host and cannot run while Python runs; this one knows timers and tasks.
    class Clock:
        def select(self, timeout=None):
            if timeout is None:
                raise RuntimeError("nothing is left that could complete what is awaited")
            if timeout > 0:
                time.sleep(timeout)
            return ()

    class EventLoop(asyncio.BaseEventLoop):
        def __init__(self):
            super().__init__()
            self._selector = Clock()
        def _process_events(self, events):
            pass
        def _write_to_self(self):
            pass

    class Policy(asyncio.events._BaseDefaultEventLoopPolicy):
        _loop_factory = EventLoop

    asyncio.run, time.sleep = webloop._orig_run, webloop._orig_sleep
    asyncio.events._set_event_loop_policy(Policy())
    asyncio._set_running_loop(None)

    # The bridge to the host. What is already loaded goes on working; nobody can ask for it again.
    HIDDEN = ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core", "micropip", "ctypes", "_ctypes")

    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] in HIDDEN:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    finders = [finder for finder in sys.meta_path if finder.__module__.split(".")[0] not in HIDDEN]
    sys.meta_path[:] = [Missing(), *finders]
    for name in list(sys.modules):
        if name.split(".")[0] in HIDDEN:
            del sys.modules[name]

    class Refused(Exception):
        pass

    def shorten(text):
        """Keeps the beginning and, because the cause stands last in a traceback, most of the end."""
        if len(text) <= MESSAGE_LENGTH:
            return text
        head = MESSAGE_LENGTH // 4
        left_out = len(text) - MESSAGE_LENGTH
        return f"{text[:head]}\\n… {left_out} characters left out …\\n{text[head - MESSAGE_LENGTH:]}"

    def describe(error):
        if isinstance(error, Refused):
            return f"code.failed\\n{shorten(str(error))}"
        if isinstance(error, MemoryError):
            return "code.outOfMemory\\n"
        if type(error) is ModuleNotFoundError and error.name:
            return f"code.packageMissing\\n{error.name.split('.')[0]}"
        # Our own frames come first; the author's begin at the file that is theirs.
        trace = error.__traceback__
        while trace and trace.tb_frame.f_code.co_filename != FILE:
            trace = trace.tb_next
        lines = traceback.TracebackException(type(error), error, trace, limit=-FRAMES, compact=True).format()
        return "code.failed\\n" + shorten("".join(lines).rstrip())

    def guarded(action):
        def run(*arguments):
            try:
                return action(*arguments)
            except BaseException as error:
                try:
                    return describe(error)
                except BaseException as second:
                    return f"code.failed\\n{type(error).__name__} (describing it failed: {type(second).__name__})"
        return run

    returned = None

    def execute(code, inputs):
        nonlocal returned
        arguments = loads(inputs)
        if not isinstance(arguments, dict):
            raise Refused("The inputs must be a JSON object.")
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        linecache.cache[FILE] = (len(code), None, code.splitlines(True), FILE)
        exec(compile(code, FILE, "exec", dont_inherit=True), module.__dict__)
        main = module.__dict__.get("main")
        if not callable(main):
            raise Refused("The code must define a function main.")
        returned = main(**arguments)
        return "ok\\n"

    def serialise():
        if not isinstance(returned, dict):
            raise Refused(f"main must return a dict with string keys, it returned {type(returned).__name__}.")
        for key in returned:
            if not isinstance(key, str):
                raise Refused(f"main must return a dict with string keys, it has the key {key!r:.100}.")
        try:
            text = dumps(returned, allow_nan=False, ensure_ascii=False)
            try:
                size = len(text.encode())
            except UnicodeEncodeError:
                text = dumps(returned, allow_nan=False)
                size = len(text)
        except RecursionError:
            return "code.outputTooLarge\\ndepth"
        except MemoryError:
            return "code.outputTooLarge\\nsize"
        except (TypeError, ValueError) as error:
            notes = "".join(f"\\n{note}" for note in getattr(error, "__notes__", ()))
            raise Refused(f"The result of main cannot be written as JSON: {error}{notes}")
        return "ok\\n" + text if size <= RESULT_BYTES else "code.outputTooLarge\\nsize"

    def flush():
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:
            pass  # the author put something else there: what it swallowed is theirs
        return ""

    return [guarded(execute), guarded(serialise), flush]
_prepare()
`;
