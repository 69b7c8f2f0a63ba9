# Runs on the deployment server, on whatever Python is there (2.7 or 3). Tells how a deploy directory is, and brings it
# up to date. What is asked comes as JSON in the first word; the answer is one line of JSON.
import fcntl
import getpass
import json
import os
import re
import socket
import struct
import subprocess
import sys

GLOBAL_LOCK = '/var/lock/scap-global-lock'
MOST = 50


def text(data):
    return data.decode('utf-8', 'replace')


def run(words, folder=None):
    environment = dict(os.environ, LC_ALL='C', GIT_TERMINAL_PROMPT='0')
    try:
        with open(os.devnull) as nothing:
            child = subprocess.Popen(words, cwd=folder, env=environment, stdin=nothing,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            out, err = child.communicate()
        return child.returncode, text(out), text(err).strip()
    except OSError as error:
        return 127, '', str(error)


class Directory(object):
    def __init__(self, folder):
        self.folder = folder

    def git(self, *words):
        return run(('git',) + words, self.folder)

    def said(self, *words):
        code, out, _ = self.git(*words)
        return out.strip() if code == 0 else None

    def count(self, between):
        return int(self.said('rev-list', '--count', between) or 0)

    # What is changed here, but for commits of submodules that the next `git submodule update` brings anyway.
    def changes(self):
        code, out, err = self.git('status', '--porcelain=v2', '-z')
        if code:
            return [err], []
        dirty, stale = [], []
        entries = iter(out.split('\0'))
        for entry in entries:
            kind = entry[:1]
            if kind == '?':
                path, module = entry[2:], ''
            elif kind == '1':
                fields = entry.split(' ', 8)
                path, module = fields[8], fields[2]
            elif kind == '2':
                path, module = entry.split(' ', 9)[9], ''
                next(entries, None)
            elif kind == 'u':
                path, module = entry.split(' ', 10)[10], ''
            else:
                continue
            if kind == '1' and entry[2:4] == '.M' and module == 'SC..':
                stale.append(path)
            elif not path.startswith('scap/log/'):
                dirty.append(path)
        return dirty, stale

    def links(self, commit):
        out = self.said('ls-tree', '-r', commit) or ''
        lines = (line.split('\t', 1) for line in out.split('\n') if line.startswith('160000 '))
        return dict((path, head.split(' ')[2]) for head, path in lines)

    def modules(self, before, after):
        before, after = self.links(before), self.links(after)
        paths = sorted(set(before) | set(after))
        return [{'path': path, 'from': before.get(path), 'to': after.get(path)}
                for path in paths if before.get(path) != after.get(path)]

    def commits(self, between):
        out = self.said('log', '--format=%H %s', '-n', str(MOST), between) or ''
        return [line.split(' ', 1) if ' ' in line else [line, ''] for line in out.split('\n') if line]

    # What Scap has tagged, from the newest on.
    def deployed(self):
        out = self.said('for-each-ref', '--sort=-creatordate', '--count=%d' % MOST,
                        '--format=%(refname:short) %(objectname) %(*objectname)', 'refs/tags/scap/sync') or ''
        fields = (line.split(' ') for line in out.split('\n') if line)
        return [[words[0], words[-1] or words[1]] for words in fields]

    # A revision as it will be read once the directory is up to date.
    def resolve(self, name, tip):
        if re.match(r'HEAD(?![\w/.-])', name):
            name = tip + name[4:]
        return self.said('rev-parse', '--verify', '--quiet', name + '^{commit}')


# Who holds a lock of Scap's. Whoever only asks the kernel takes nothing, and needs no right to write.
def holder(path, kind):
    try:
        # Whoever made a pipe of it does not hold this up.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        asked = struct.pack('hhqqi', kind, 0, 0, 0, 0)
        found = struct.unpack('hhqqi', fcntl.fcntl(handle, fcntl.F_GETLK, asked)[:struct.calcsize('hhqqi')])
        if found[0] == fcntl.F_UNLCK:
            return None
        said = text(os.read(handle, 4096)).strip()
    except (OSError, IOError):
        return None
    finally:
        os.close(handle)
    lock = {'path': path, 'pid': found[4], 'who': None, 'why': said, 'since': None}
    try:
        known = json.loads(said)
        lock.update(who=known.get('locker'), why=known.get('reason'), since=known.get('timestamp_utc'))
    except (ValueError, AttributeError):
        pass
    return lock


def lock_of(asked):
    return holder(GLOBAL_LOCK, fcntl.F_RDLCK) or holder(asked['lock'], fcntl.F_WRLCK)


def survey(asked):
    folder = asked['directory']
    told = {'user': getpass.getuser(), 'machine': socket.gethostname(), 'lock': lock_of(asked)}
    if asked.get('only_lock'):
        return told
    code, out, err = run(asked['command'] + ['--help'])
    told['command'] = {'code': code, 'help': out[:100000], 'said': err[-2000:]}
    if not os.path.isdir(folder):
        return dict(told, trouble='absent')
    directory = Directory(folder)
    code, out, err = directory.git('rev-parse', '--show-toplevel')
    if code or os.path.realpath(out.strip()) != os.path.realpath(folder):
        return dict(told, trouble='no_repository', said=err)
    head = directory.said('rev-parse', '--verify', '--quiet', 'HEAD')
    if not head:
        return dict(told, trouble='empty')
    dirty, stale = directory.changes()
    # Who only looks leaves everything as it was.
    code, _, err = directory.git(*(['fetch', '--quiet'] if asked['fetches'] else ['ls-remote', '--quiet', '--heads']))
    tip = directory.said('rev-parse', '--verify', '--quiet', '@{upstream}')
    told.update(head=head, dirty=dirty, stale=stale, fetched=code == 0, said=err,
                branch=directory.said('symbolic-ref', '--quiet', '--short', 'HEAD'),
                upstream=directory.said('rev-parse', '--abbrev-ref', '@{upstream}') if tip else None)
    ahead = directory.count(tip + '..' + head) if tip else 0
    behind = directory.count(head + '..' + tip) if tip else 0
    tip = tip if behind else head
    told.update(tip=tip, ahead=ahead, behind=behind, commits=directory.commits(head + '..' + tip),
                modules=directory.modules(head, tip), tree=directory.said('rev-parse', tip + ':scap'),
                revision=directory.resolve(asked['rev'], tip), deployed=directory.deployed())
    return told


# Goes on to a commit that was shown: not to whatever has been pushed meanwhile.
def update(asked):
    directory = Directory(asked['directory'])
    for words in (['merge', '--ff-only', '--quiet', asked['tip']], ['submodule', '--quiet', 'update', '--init']):
        code, _, err = directory.git(*words)
        if code:
            return {'failed': 'git ' + ' '.join(words), 'said': err[-4000:]}
    dirty, stale = directory.changes()
    return {'head': directory.said('rev-parse', 'HEAD'), 'tree': directory.said('rev-parse', 'HEAD:scap'),
            'dirty': dirty + stale}


asked = json.loads(sys.argv[1])
print(json.dumps({'survey': survey, 'update': update}[asked['do']](asked)))
