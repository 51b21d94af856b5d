#!/usr/bin/perl
# A hook tool. It sends its arguments to the agent, and prints the agent's answer.
#
# It is written in Perl, because a test suite runs thousands of tools. Without modules Perl starts
# in about 3 ms, Deno in 30 ms, and perl-base is essential in Debian. IO::Socket would cost 25 ms,
# so the code contains the numbers of Linux instead of that module's constants.
#
# Request:  the length of the rest, then fields of <length, bytes>: context id, directory, tool,
#           arguments.
# Answer:   exit code, <length, stdout>, <length, stderr>. The exit code 0xFFFFFFFF asks for
#           standard input first. All numbers have 32 bits and are big-endian.

my ($tool) = $0 =~ m{([^/]*)\z};

sub fail { print STDERR "ERROR $_[0]\n"; exit 1 }

for my $name (qw(CONTEXT_ID AGENT_SOCKET_ADDRESS AGENT_SOCKET_NETWORK)) {
    fail("JUJU_$name not set") unless length($ENV{"JUJU_$name"} // '');
}

my $path = $ENV{JUJU_AGENT_SOCKET_ADDRESS};
socket(my $agent, 1, 1, 0) or fail("dial unix $path: socket: $!");
connect($agent, pack('S a108', 1, $path))
    or fail("dial unix $path: connect: \l$!");

sub put {
    my ($data) = @_;
    while (length $data) {
        my $n = syswrite($agent, $data);
        fail('write unix: broken pipe') unless defined $n;
        substr($data, 0, $n, '');
    }
}

sub get {
    my ($size) = @_;
    my $data = '';
    while (length $data < $size) {
        my $n = sysread($agent, $data, $size - length $data, length $data);
        # The agent closed the connection without an answer.
        fail('unexpected EOF') unless $n;
    }
    return $data;
}

sub number { unpack('N', get(4)) }

$SIG{PIPE} = 'IGNORE';
put(pack('N/a*', join '', map { pack('N/a*', $_) }
    $ENV{JUJU_CONTEXT_ID}, readlink('/proc/self/cwd') // '', $tool, @ARGV));

my $code = number();
if ($code == 0xFFFFFFFF) {
    my $input = do { local $/; <STDIN> } // '';
    put(pack('N/a*', $input));
    $code = number();
}
print STDOUT get(number());
print STDERR get(number());
exit $code;
