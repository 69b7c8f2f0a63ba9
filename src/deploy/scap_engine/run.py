# Runs on the deployment server, on whatever Python is there (2.7 or 3): keeps a run of Scap whoever comes and goes, and
# relays it. What is asked comes as JSON in the first word; what is told are lines of JSON.
#
# A run has a folder with `run` (how it was begun), `output` (all that Scap wrote on its terminal), `question` (what it
# waits for an answer to), `input` (where answers come in), and in the end `status`.
import base64
import errno
import fcntl
import glob
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import termios
import time

KEPT = 20                      # runs whose folder stays
SILENCE = 15                   # seconds after which whoever deploys is gone
QUIET = 0.25                   # seconds after which a line without an end may be a question
LONG_QUIET = 3                 # the same for a question that is not known
STUBBORN = 10                  # seconds that Scap may take to end after a signal
LARGEST_OUTPUT = 64 << 20
LONGEST_LINE = 8 << 20         # of the log
HEAD, TAIL = 3000, 6000        # what is passed on of a long message
ESCAPES = re.compile(br'\x1b\[[0-9;?]*[A-Za-z]')


def runs():
    state = os.environ.get('XDG_STATE_HOME') or os.path.expanduser('~/.local/state')
    return os.path.join(state, 'svcgen', 'scap')


def put(path, value):
    with open(path + '.new', 'wb') as file:
        file.write(json.dumps(value).encode('ascii'))
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + '.new', path)


def take(path):
    try:
        with open(path, 'rb') as file:
            return json.loads(file.read().decode('ascii'))
    except (IOError, OSError, ValueError):
        return None


def tell(**what):
    sys.stdout.write(json.dumps(what) + '\n')
    sys.stdout.flush()


# When a process began: with it, its pid is that of no other.
def birth(pid):
    try:
        with open('/proc/%d/stat' % pid, 'rb') as file:
            return file.read().rsplit(b')', 1)[1].split()[19].decode('ascii')
    except (IOError, OSError, IndexError):
        return None


def logs(directory):
    return sorted(glob.glob(os.path.join(directory, 'scap', 'log', '*.log')))


class Keeper(object):
    """Has Scap on a terminal, and whoever deploys on the other side, as long as there is anybody."""

    def __init__(self, folder, asked):
        self.folder, self.asked = folder, asked
        self.line = b''            # the last one that Scap wrote, so far
        self.changed = self.heard = time.time()
        self.question, self.count = None, 0
        self.stopping = None       # when Scap was told to end
        self.alone = False         # whether an answer was given that nobody gave
        self.written = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def begin(self):
        os.mkfifo(self.path('input'), 0o600)
        self.input = os.open(self.path('input'), os.O_RDWR | os.O_NONBLOCK)
        self.output = open(self.path('output'), 'ab', 0)
        sizes = dict((os.path.basename(path), os.path.getsize(path)) for path in logs(self.asked['directory']))
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            self.become_scap()
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 160, 0, 0))
        put(self.path('run'), {'pid': os.getpid(), 'birth': birth(os.getpid()), 'logs': sizes,
                               'directory': self.asked['directory']})

    def become_scap(self):
        try:
            os.chdir(self.asked['directory'])
            environment = dict(os.environ, TERM='dumb')
            # Scap may want a terminal that outlives the connection: this is one.
            environment.setdefault('STY', 'svcgen')
            os.execvpe(self.asked['command'][0], self.asked['command'], environment)
        except OSError as error:
            os.write(2, ('%s: %s\n' % (self.asked['command'][0], error)).encode('utf-8'))
        os._exit(127)

    def serve(self):
        rest = b''
        while True:
            try:
                ready = select.select([self.terminal, self.input], [], [], 0.1)[0]
            except (OSError, IOError, select.error) as error:
                if error.args[0] == errno.EINTR:
                    continue
                raise
            if self.terminal in ready and not self.pass_on():
                break
            if self.input in ready:
                lines = (rest + os.read(self.input, 65536)).split(b'\n')
                rest = lines.pop()
                for line in lines:
                    self.hear(line.decode('utf-8', 'replace'))
            self.look()
        self.end(os.waitpid(self.pid, 0)[1])

    # Whether there may be more.
    def pass_on(self):
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            data = b''
        if data:
            if self.written < LARGEST_OUTPUT:
                self.output.write(data)
            self.written += len(data)
            self.line = re.split(br'[\r\n]', self.line + data)[-1][-4096:]
            self.changed = time.time()
        return bool(data)

    def hear(self, line):
        self.heard = time.time()
        verb, _, rest = line.partition(' ')
        if verb == 'answer':
            number, _, answer = rest.partition(' ')
            if self.question and number == str(self.count):
                self.answer(answer)
        elif verb == 'interrupt':
            self.interrupt()

    def look(self):
        now = time.time()
        asked = ESCAPES.sub(b'', self.line).decode('utf-8', 'replace').strip()
        if not self.question and asked[-1:] in ('?', ':', ']', '>'):
            kind = kind_of(asked)
            if now - self.changed > (LONG_QUIET if kind == 'other' else QUIET):
                self.count += 1
                self.question = {'number': self.count, 'kind': kind, 'text': asked}
                put(self.path('question'), self.question)
        if self.question and now - self.heard > SILENCE:
            self.alone = True
            self.answer_alone()
        if self.stopping and now - self.stopping > STUBBORN:
            self.signal(signal.SIGKILL)

    # Nobody is there: nothing new is begun, and what was begun ends as it was meant to.
    def answer_alone(self):
        kind = self.question['kind']
        if kind == 'other':
            self.question = None
            self.line = b''
            self.interrupt()
        else:
            self.answer({'go_on': 'n', 'roll_back': self.asked['roll_back'], 'message': ''}[kind])

    def answer(self, text):
        self.question = None
        self.line = b''
        try:
            os.unlink(self.path('question'))
        except OSError:
            pass
        os.write(self.terminal, (text + '\n').encode('utf-8'))

    def interrupt(self):
        self.signal(signal.SIGINT)
        self.stopping = self.stopping or time.time()

    def signal(self, number):
        try:
            os.killpg(self.pid, number)
        except OSError:
            pass

    def end(self, status):
        code = {'signal': os.WTERMSIG(status)} if os.WIFSIGNALED(status) else {'code': os.WEXITSTATUS(status)}
        put(self.path('status'), dict(code, alone=self.alone, ended=time.time()))


def kind_of(asked):
    asked = asked.lower()
    if 'continue' in asked:
        return 'go_on'
    if 'rollback' in asked or 'roll back' in asked:
        return 'roll_back'
    if asked.startswith('log message'):
        return 'message'
    return 'other'


def forget():
    folders = sorted(glob.glob(os.path.join(runs(), '*')))
    for folder in folders[:-KEPT]:
        if take(os.path.join(folder, 'status')) or not is_alive(take(os.path.join(folder, 'run'))):
            shutil.rmtree(folder, True)


def is_alive(run):
    return bool(run) and birth(run['pid']) == run['birth']


def start(asked):
    folder = os.path.join(runs(), asked['id'])
    os.umask(0o002)
    if not os.path.isdir(runs()):
        os.makedirs(runs(), 0o700)
    forget()
    os.mkdir(folder, 0o700)
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        nothing = os.open(os.devnull, os.O_RDWR)
        faults = os.open(os.path.join(folder, 'faults'), os.O_WRONLY | os.O_CREAT, 0o600)
        for number, handle in enumerate((nothing, nothing, faults)):
            os.dup2(handle, number)
        keeper = Keeper(folder, asked)
        keeper.begin()
        keeper.serve()
        os._exit(0)
    os.waitpid(child, 0)
    deadline = time.time() + 20
    while not take(os.path.join(folder, 'run')):
        if time.time() > deadline:
            with open(os.path.join(folder, 'faults')) as file:
                tell(failed=file.read()[-2000:])
            return
        time.sleep(0.02)
    tell(begun=folder)


class Relay(object):
    """Passes on what a run writes, and what is said to it."""

    def __init__(self, folder, asked):
        self.folder = folder
        self.run = take(os.path.join(folder, 'run'))
        self.at = dict(self.run['logs'], **asked['logs'])
        self.seen = asked['output']
        self.told = 0
        self.input = None

    def serve(self):
        rest = b''
        while True:
            # What was said before the end or a question is passed on before it.
            status = take(os.path.join(self.folder, 'status'))
            is_over = status or not is_alive(self.run)
            question = take(os.path.join(self.folder, 'question'))
            size = os.path.getsize(os.path.join(self.folder, 'output'))
            self.pass_logs()
            self.pass_output(size)
            if is_over:
                tell(end=status or {})
                return
            if question and question['number'] > self.told:
                self.told = question['number']
                tell(question=question)
            if select.select([0], [], [], 0.05)[0]:
                data = os.read(0, 65536)
                if not data:
                    return
                lines = (rest + data).split(b'\n')
                rest = lines.pop()
                for line in lines:
                    self.say(line + b'\n')

    def say(self, line):
        try:
            if self.input is None:
                self.input = os.open(os.path.join(self.folder, 'input'), os.O_WRONLY | os.O_NONBLOCK)
            os.write(self.input, line)
        except OSError:
            pass

    def pass_output(self, size):
        with open(os.path.join(self.folder, 'output'), 'rb') as file:
            file.seek(self.seen)
            while self.seen < size:
                data = file.read(min(65536, size - self.seen))
                if not data:
                    return
                self.seen += len(data)
                tell(output=base64.b64encode(data).decode('ascii'), to=self.seen)

    def pass_logs(self):
        for path in logs(self.run['directory']):
            name = os.path.basename(path)
            with open(path, 'rb') as file:
                file.seek(self.at.get(name, 0))
                while True:
                    line = file.readline(LONGEST_LINE)
                    if not line.endswith(b'\n'):
                        if len(line) < LONGEST_LINE:
                            break
                        # No record is so long: the rest of it is passed over.
                        while line and not line.endswith(b'\n'):
                            line = file.readline(LONGEST_LINE)
                        record = None
                    else:
                        record = record_of(line)
                    self.at[name] = file.tell()
                    tell(log=name, to=self.at[name], record=record)


def record_of(line):
    try:
        fields = json.loads(line.decode('utf-8', 'replace'))
        message = fields['msg']
        arguments = fields.get('args')
        if arguments:
            try:
                message = message % (arguments if isinstance(arguments, dict) else tuple(arguments))
            except (TypeError, ValueError, KeyError):
                message = '%s %s' % (message, arguments)
        if fields.get('output'):
            message = '%s\n%s' % (message, fields['output'])
        return {'host': fields.get('host'), 'name': fields.get('name') or '', 'level': fields.get('levelno') or 0,
                'at': fields.get('created'), 'text': cut(message)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {'host': None, 'name': '', 'level': 10, 'at': None, 'text': cut(line.decode('utf-8', 'replace'))}


def cut(message):
    if len(message) <= HEAD + TAIL:
        return message
    return message[:HEAD] + '\n[...]\n' + message[-TAIL:]


def attach(asked):
    folder = os.path.join(runs(), asked['id'])
    if not take(os.path.join(folder, 'run')):
        return tell(unknown=asked['id'])
    Relay(folder, asked).serve()


signal.signal(signal.SIGPIPE, signal.SIG_DFL)
asked = json.loads(sys.argv[1])
{'start': start, 'attach': attach}[asked['do']](asked)
