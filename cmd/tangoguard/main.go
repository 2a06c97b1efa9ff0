// Command tangoguard shows and runs the library from a shell: a demo of the whole way, a Tango sandbox to
// develop against, and the detectors and sanitizers over JSON lines.
//
// Exit codes: 0 when everything held, 1 when a step failed or input or output broke off, 2 for a wrong call or a malformed
// line.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// command is a sub-command: its arguments without its name in, an exit code out.
type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int
}

func commands() []command {
	return []command{
		{"demo", "send orders and attacks through a backend to a sandbox, in one process", demoCommand},
		{"sandbox", "serve a Tango sandbox to develop against", sandboxCommand},
		{"scan", "report injection in JSON lines from stdin", scanCommand},
		{"sanitize", "clean the texts of JSON lines from stdin", sanitizeCommand},
		{"doctor", "check credentials, chain and clock against Tango, read-only", doctorCommand},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stderr)
		return exitUsage
	}
	if args[0] == "-h" || args[0] == "-help" || args[0] == "--help" || args[0] == "help" {
		usage(stdout)
		return exitOK
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(ctx, args[1:], stdin, stdout, stderr)
		}
	}
	fmt.Fprintf(stderr, "tangoguard: unknown command %q; tangoguard -h lists the commands\n", args[0])
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "usage: tangoguard COMMAND [flags]; tangoguard COMMAND -h explains one\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-9s %s\n", c.name, c.summary)
	}
}

// newFlags makes a flag set that prints about on -h, to stdout, and leaves every other message to parseFlags.
func newFlags(name, about string, stdout io.Writer) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {
		fmt.Fprintf(stdout, "usage: tangoguard %s\n", about)
		fs.SetOutput(stdout)
		fs.PrintDefaults()
		fs.SetOutput(io.Discard)
	}
	return fs
}

// parseFlags parses args, which hold flags only. A mistake gives one line on stderr. The second result says
// whether to go on; if not, the first is the exit code.
func parseFlags(fs *flag.FlagSet, args []string, stderr io.Writer) (int, bool) {
	usage := fs.Usage
	help := false
	fs.Usage = func() { help = true } // flag calls Usage on mistakes too; only -h prints it
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		if help {
			usage()
		}
		return exitOK, false
	case err != nil:
		fmt.Fprintf(stderr, "tangoguard %s: %v; tangoguard %s -h explains the flags\n", fs.Name(), err, fs.Name())
		return exitUsage, false
	case fs.NArg() > 0:
		fmt.Fprintf(stderr, "tangoguard %s: unexpected argument %q; tangoguard %s -h explains the flags\n", fs.Name(), fs.Arg(0), fs.Name())
		return exitUsage, false
	}
	return 0, true
}
