#!/usr/bin/env python3
"""Makes up templates, renders them with Python's jinja2 as transformers sets it up, and writes down what came out.

usage: make_jinja.py [SEED [TEMPLATES]] > fixtures/jinja.json                              (needs jinja2 3.1)
"""
import json
import random
import sys

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
env.filters["tojson"] = tojson
env.globals["raise_exception"] = raise_exception

VARIABLES = {
    "s": "Hello, World", "t": "  two\nlines\t ", "u": "\u00e9t\u00e9 \u4f60\u597d \U0001f600", "empty": "", "html": "<a href='x'>&\"</a>", "num": "42", "n": 7, "neg": -3, "z": 0, "f": 2.5, "g": -0.125,
    "big": 12345678901234, "b": True, "no": False, "nothing": None, "l": [3, 1, 2], "ls": ["b", "A", "c", "a"], "mixed": [1, "a", None, 2.5, True], "nested": [[1, 2], [3], []],
    "d": {"k": "v", "items": 5, "n": 1, "z": [1, 2]}, "rows": [{"name": "x", "age": 3, "on": True}, {"name": "Y", "age": 1}, {"name": "x", "age": 2, "on": False, "sub": {"a": [7, 8]}}],
    "messages": [{"role": "system", "content": "Be good."}, {"role": "user", "content": "Hi 'you' \"there\"\n"}, {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1.0, "b": "\u00e9"}}}]}],
}
NAMES = list(VARIABLES) + ["missing", "loop", "ns"]
LITERALS = ["1", "0", "-2", "10", "2.5", "1e3", "'a'", "'x,y'", "\"it's\"", "''", "'l'", "true", "false", "none", "[]", "[1, 'b']", "{}", "{'a': 1}", "(1, 2)", "'%s-%s'", "'{} {}'", "' '", "','", "'name'", "'age'", "'role'", "3", "'\\n'"]
FILTERS = ["abs", "capitalize", "center(9)", "count", "default('D')", "d('D', true)", "dictsort", "dictsort(by='value')", "dictsort(reverse=true)|list", "e", "escape", "first", "float", "float(1.5)", "forceescape",
           "format(1, 2)", "format('a')", "indent", "indent(2, true)", "indent('> ', blank=true)", "int", "int(5)", "int(0, 16)", "items|list", "join", "join(', ')", "join('-', attribute='name')", "last", "length", "list",
           "lower", "map('upper')|list", "map(attribute='age')|list", "map(attribute='on', default='?')|join(',')", "map('length')|list", "max", "min", "max(attribute='age')", "min(case_sensitive=true)", "reject('none')|list",
           "rejectattr('on')|list|length", "replace('l', 'LL')", "replace('o', '', 1)", "reverse", "reverse|list", "round", "round(1)", "round(1, 'ceil')", "round(0, 'floor')", "round(-1)", "safe", "select|list",
           "select('string')|list", "select('odd')|list", "selectattr('on')|map(attribute='name')|list", "selectattr('name', 'equalto', 'x')|list|length", "selectattr('age', 'gt', 1)|map(attribute='age')|join(' ')",
           "slice(2)|list", "sort", "sort(reverse=true)", "sort(attribute='age')|map(attribute='age')|list", "sort(case_sensitive=true)", "string", "striptags", "sum", "sum(attribute='age')", "sum(start=10)", "title", "tojson",
           "tojson(indent=2)", "tojson(sort_keys=true)", "tojson(separators=(',', ':'))", "tojson(ensure_ascii=true)", "trim", "trim('H')", "truncate(5)", "truncate(8, true, '..', 0)", "unique|list", "upper", "urlencode",
           "wordcount", "batch(2)|list", "batch(2, 'x')|list", "groupby('name')|list", "groupby('age')|map(attribute=0)|list", "attr('upper')", "xmlattr", "filesizeformat", "random|length * 0", "nosuchfilter", "first|first", "list|last"]
TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "iterable", "sequence", "true", "false", "odd", "even", "divisibleby(2)", "divisibleby 3", "lower", "upper", "callable",
         "in(l)", "in ['a', 7]", "eq(7)", "equalto 7", "ne 7", "gt 2", "lt(2)", "ge 7", "le 7", "sameas none", "sameas(true)", "escaped", "filter", "test", "nosuchtest"]
METHODS = ["upper()", "lower()", "title()", "capitalize()", "swapcase()", "strip()", "lstrip()", "rstrip('ld ')", "strip('H')", "split()", "split(',')", "split(' ', 1)", "rsplit(' ', 1)", "rsplit('l')", "splitlines()",
           "splitlines(true)", "startswith('H')", "endswith(('d', 'x'))", "startswith('e', 1)", "find('o')", "find('o', 5)", "rfind('o')", "index('l')", "count('l')", "replace('l', 'L')", "replace('', '-')", "replace('l', 'L', 1)",
           "join(ls)", "join(['1', '2'])", "zfill(6)", "center(20, '*')", "ljust(15)", "rjust(15, '.')", "partition(' ')", "rpartition('o')", "isdigit()", "isalpha()", "isalnum()", "isspace()", "isupper()", "islower()",
           "istitle()", "isnumeric()", "isidentifier()", "removeprefix('He')", "removesuffix('ld')", "expandtabs(4)", "format(1, a=2)", "casefold()", "items()", "keys()", "values()", "items()|list", "get('k')", "get('q', 5)",
           "get('items')", "append(4)", "pop()", "update({})", "copy()", "index(1)", "count(1)", "nosuch()", "k", "items", "n", "name", "z[1]", "role", "0", "1.k", "real", "bit_length()", "is_integer()", "__class__", "_x"]
FORMATS = ["'{}'.format(n)", "'{:>5}|{:<5}|{:^5}'.format(n, s[:2], f)", "'{:05d} {:+} {:,}'.format(n, f, big)", "'{:.2f} {:e} {:g} {:%}'.format(f, g, f, g)", "'{0}{1}{0}'.format('a', 'b')", "'{x[k]} {y.name}'.format(x=d, y=rows[0])",
           "'{!r:>6}'.format('a')", "'{:x} {:#x} {:b} {:o} {:X}'.format(n, 255, 5, 8, 171)", "'%d %5d %-5d| %05d %+d' % (n, n, n, n, n)", "'%s %r %10.3s|' % (s, s, s)", "'%.3f %e %g %G' % (f, f, big, g)", "'%(a)s' % {'a': 1}",
           "'%x %o %X %#x %c' % (255, 8, 171, 255, 65)", "'%5.1f%%' % f", "'%s' % l", "'%s %s' % (1,)", "'%d' % 'a'", "'{' ~ '}'", "'{:{w}}'.format(s, w=20)", "'{:*^9}'.format('ab')", "'{}{}'.format(1)", "'{:,.2f}'.format(big)", "'{:_}'.format(big)",
           "'{:>+8.1f}'.format(f)", "'{:08.2f}'.format(g)", "'{:d}'.format(f)", "'{:s}'.format(n)", "'%i' % f", "'%5s|%-5s|' % ('a', 'b')", "'%.2s' % u", "'%*d' % (5, n)"]
OPS = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", ">", "<=", ">=", "and", "or", "in", "not in"]


def expression(rng, depth=3):
    kind = rng.randrange(16 if depth > 0 else 3)
    sub = lambda: expression(rng, depth - 1)
    if kind <= 1:
        return rng.choice(NAMES)
    if kind == 2:
        return rng.choice(LITERALS)
    if kind <= 5:
        return f"{rng.choice([rng.choice(NAMES), sub()])}|{rng.choice(FILTERS)}"
    if kind == 6:
        return f"{rng.choice(NAMES)} is {rng.choice(['', 'not '])}{rng.choice(TESTS)}"
    if kind <= 8:
        return f"{rng.choice([rng.choice(NAMES), rng.choice(LITERALS)])}.{rng.choice(METHODS)}"
    if kind <= 10:
        return f"({sub()} {rng.choice(OPS)} {sub()})"
    if kind == 11:
        a, b, c = (rng.choice(["", "", str(rng.randrange(-4, 5)), rng.choice(NAMES)]) for _ in range(3))
        return f"{rng.choice(NAMES)}[{a}:{b}{':' + c if rng.random() < .3 else ''}]"
    if kind == 12:
        return f"{rng.choice(NAMES)}[{rng.choice(LITERALS + NAMES)}]"
    if kind == 13:
        return f"({sub()} if {sub()}{' else ' + sub() if rng.random() < .8 else ''})"
    if kind == 14:
        return rng.choice([f"not {sub()}", f"-{rng.choice(NAMES)}", f"[{sub()}, {sub()}]", f"{{{rng.choice(LITERALS)}: {sub()}}}", f"({sub()},)", f"{sub()} < {sub()} < {sub()}", f"range({rng.randrange(-2, 5)}, {rng.randrange(6)})|list",
                           f"dict(a={sub()})", f"namespace(x={sub()}).x", f"f(n, {sub()})", f"loop.{rng.choice(['index', 'first', 'last', 'length', 'revindex0', 'previtem', 'nextitem', 'depth', 'cycle(1, 2)', 'changed(n)'])}"])
    return rng.choice(FORMATS)


def statements(rng, depth=2):
    out = []
    for _ in range(rng.randrange(1, 4)):
        minus = lambda: rng.choice(["", "", "", "-"])
        tag = lambda text: "{%" + rng.choice(["", "", "", "-", "+"]) + " " + text + " " + minus() + "%}"
        space = lambda: rng.choice(["", "", " ", "\n", "\n  ", "  \n", "x", " y "])
        body = lambda: space() + (statements(rng, depth - 1) if depth > 0 else "{{ " + rng.choice(NAMES) + " }}") + space()
        e = lambda: expression(rng, 2)
        kind = rng.randrange(14)
        if kind <= 4:
            out.append("{{" + minus() + " " + expression(rng) + " " + minus() + "}}")
        elif kind == 5:
            out.append(tag("if " + e()) + body() + (tag("elif " + e()) + body() if rng.random() < .3 else "") + (tag("else") + body() if rng.random() < .5 else "") + tag("endif"))
        elif kind <= 7:
            target = rng.choice(["x", "x", "k, v", "loop2"])
            source = rng.choice(["l", "ls", "rows", "d", "d.items()", "range(3)", "messages", "s", "nested", "missing", e()])
            control = rng.choice(["", "", tag("if loop.index > 2") + tag(rng.choice(["break", "continue"])) + tag("endif")])
            out.append(tag(f"for {target} in {source}" + rng.choice(["", "", f" if {e()}"])) + control + body() + "{{ loop.index }}{{ x }}" + (tag("else") + body() if rng.random() < .3 else "") + tag("endfor"))
        elif kind == 8:
            out.append(tag(rng.choice(["set x = " + e(), "set x, n = " + e() + ", " + e(), "set ns = namespace(a=1)", "set ns.a = " + e(), "set n = n + 1"])) + "{{ x }}{{ ns.a }}")
        elif kind == 9:
            out.append(tag("set x" + rng.choice(["", " | upper", "|trim|length"])) + body() + tag("endset") + "[{{ x }}]")
        elif kind == 10:
            out.append(tag(f"macro f(a, b={e()}, c=3)") + body() + "{{ a }}{{ b }}{{ c }}" + rng.choice(["", "{{ varargs }}{{ kwargs }}", "{{ caller() }}", "{{ caller('q') if caller else '-' }}"]) + tag("endmacro")
                       + "{{ f(" + rng.choice(["", "1", "1, 2", "1, 2, 3, 4", "a=5", "1, z=2", "*l", "**{'a': 1}"]) + ") }}")
        elif kind == 11:
            out.append(rng.choice([tag("call f(1)"), tag("call(y) f(2)")]) + body() + "{{ y }}" + tag("endcall"))
        elif kind == 12:
            out.append(tag("filter " + rng.choice(["upper", "trim", "replace('a', 'b')", "indent|upper"])) + body() + tag("endfilter"))
        else:
            out.append(rng.choice([tag(f"with x = {e()}, y = 2") + body() + "{{ x }}{{ y }}" + tag("endwith"), tag("generation") + body() + tag("endgeneration"), "{#" + minus() + " comment " + minus() + "#}",
                                   "{% raw %} {{ raw }} {% endraw %}\n", "text {{ '}}' }} {% if '%}' %}q{% endif %}"]))
        out.append(space())
    return "".join(out)


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1500
    rng = random.Random(seed)
    # As transformers does before it renders: members of a message that are None are left out.
    messages = [{k: v for k, v in message.items() if v is not None} for message in VARIABLES["messages"]]
    variables = json.dumps({**VARIABLES, "messages": messages})
    sys.setrecursionlimit(600)
    cases = []
    while len(cases) < count:
        template = "{{ " + expression(rng) + " }}" if rng.random() < .6 else statements(rng)
        case = {"template": template}
        try:
            case["expected"] = env.from_string(template).render(**json.loads(variables))
        except Exception as e:
            if rng.random() < .7:
                continue
            case["error"] = f"{type(e).__name__}: {e}"[:200]
        if " object at 0x" in case.get("expected", "") or "<function" in case.get("expected", "") or len(case.get("expected", "")) > 5000 or "too many digits" in case.get("error", ""):
            continue
        cases.append(case)
    print('{"variables": ' + json.dumps(VARIABLES) + ',\n"cases": [' + ",\n".join(json.dumps(c) for c in cases) + "]}")


main()
