#!/usr/bin/env python3
"""Break each rule of tidy and trace once and see that it is found."""
import pathlib
import subprocess
import sys
import tempfile

TOOLS = pathlib.Path(__file__).resolve().parent
HEADER = '#ifndef BASE_A_H\n#define BASE_A_H\n%s\n#endif\n'
BUILD = "sources += files('a.c', 'b.c')\n"

# tool, file to write, its text, what the tool must say
ROWS = [
    ('tidy', 'src/base/a.c', '#include "store/store.h"\n', 'base/ stands before store/'),
    ('tidy', 'src/base/a.c', '#include <sqlite3.h>\n', 'belongs to store alone'),
    ('tidy', 'src/base/a.c', '#include <openssl/ssl.h>\n', 'belongs to crypto, edge alone'),
    ('tidy', 'src/edge/a.c', '#include <openssl/evp.h>\n', 'belongs to crypto alone'),
    ('tidy', 'src/base/a.c', '#include "err.h"\n', 'name the folder'),
    ('tidy', 'src/base/a.c', '#include "base/none.h"\n', 'does not exist'),
    ('tidy', 'src/kinder/a.c', '#include "identity/account.h"\n', 'do not include one another'),
    ('tidy', 'src/store/a.c', '#include "base/a_int.h"\n', 'is for base/ alone'),
    ('tidy', 'src/base/a.c', 'int a;\nint *a_p = (strcpy(0, 0), 0);\n', ':2: strcpy() is banned'),
    ('tidy', 'src/base/c.c', 'int c;\n', 'is never built'),
    ('tidy', 'src/extra/a.c', 'int a;\n', 'extra/ is not a layer'),
    ('tidy', 'src/base/a.c', 'int a; \n', 'white space at the end'),
    ('tidy', 'src/base/a.c', 'int a;\n\n', 'ends with one newline'),
    ('tidy', 'src/base/a.c', '/* TO' 'DO */\n', 'unfinished'),
    ('tidy', 'src/base/a.h', 'int a;\n', 'include guard is BASE_A_H'),
    ('tidy', 'src/base/a.h', HEADER % 'size_t a_size(void);', 'does not compile alone'),
    ('tidy', 'src/base/a.c', '/* strcpy(x) */\nconst char *a = "gets(";\n', '0 failed'),
    ('tidy', 'src/store/a.c', '#include "base/err.h"\n#include <sqlite3.h>\n', '0 failed'),
    ('tidy', 'src/edge/a.c', '#include <openssl/ssl.h>\n', '0 failed'),
    ('tidy --build', 'src/base/a.c', 'int b_count;\n', 'exports b_count'),
    ('tidy --build', 'src/base/a.c', 'int a_count;\nint a;\nstatic int c;\nint a_c(void) { return c; }\n', '0 failed'),
    ('trace', 'src/base/a.c', '/* K-99 */\n', 'a.c:1: K-99 is not in catalog/'),
    ('trace', 'test/api/a.test.mjs', "test('K-98: x', () => {})\n", 'K-98 is not in catalog/'),
    ('trace', 'src/base/a.c', '/* K-1, ID-2, P-256, UTF-8 */\nint K_1 = K-99;\n', '2 passed, 0 failed'),
    ('trace', 'src/base/a_test.c', 'void a(void) { REQ("K-1 K-2"); }\n', '2 of the 2 requirements'),
    ('trace', 'test/api/a.test.mjs', "it('K-2 a stranger', () => {})\n", '1 of the 2 requirements'),
    ('trace', 'test/api/a.mjs', "it('K-2 a stranger', () => {})\n", '0 of the 2 requirements'),
]

CATALOGUE = ''.join(f'  - id: {name}\n    duty: provider\n' for name in ('K-1', 'K-2')) + '  - id: ID-2\n'


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def attempt(tool, name, text):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for other in ('base/err.h', 'base/a_int.h', 'store/store.h', 'identity/account.h'):
            guard = other.replace('/', '_').replace('.', '_').upper()
            write(root / 'src' / other, f'#ifndef {guard}\n#define {guard}\n#endif\n')
        for layer in ('base', 'edge', 'extra', 'kinder', 'store'):
            write(root / 'src' / layer / 'meson.build', BUILD)
        write(root / 'catalog/k.yaml', CATALOGUE)
        write(root / name, text)
        options = ['--root', folder]
        if tool == 'tidy --build':
            objects = root / 'build/src/libsekimori.a.p'
            objects.mkdir(parents=True)
            subprocess.run(['gcc', '-c', root / name, '-o', objects / 'base_a.c.o'], check=True)
            options += ['--build', root / 'build']
        result = subprocess.run([TOOLS / tool.split()[0], *options], capture_output=True, text=True)
        return result.returncode, result.stdout + result.stderr


def main():
    failed = 0
    for tool, name, text, expected in ROWS:
        status, output = attempt(tool, name, text)
        harmless = expected.endswith('0 failed') or 'requirements' in expected
        if expected not in output or (status == 0) != harmless:
            failed += 1
            print(f'{tool}: {name} {text!r}: expected {expected!r}, got {status}:\n{output}')
    print(f'{len(ROWS) - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
