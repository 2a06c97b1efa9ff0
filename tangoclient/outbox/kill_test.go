package outbox_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/outbox"
	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// The child of TestChaosKill gets its orders in these variables.
const (
	childURL   = "OUTBOX_CHAOS_URL"
	childRoot  = "OUTBOX_CHAOS_ROOT"
	childDB    = "OUTBOX_CHAOS_DB"
	childCount = "OUTBOX_CHAOS_COUNT"

	childSenders = 16
	meanLife     = 400 * time.Millisecond // of a process that is killed
)

// A process that sends from its outbox is killed (SIGKILL) at random moments and started again: each order
// once, none lost. The sandbox lives in the parent.
func TestChaosKill(t *testing.T) {
	if url := os.Getenv(childURL); url != "" {
		chaosChild(t, url)
		return
	}
	if testing.Short() {
		t.Skip("-short: it starts and kills processes for as long as they take")
	}
	kills := 10
	if *chaosOrders >= 1000 {
		kills = 50
	}
	seed := seed(t)
	var faults []tangotest.Fault
	for _, f := range []tangotest.Fault{{Do: tangotest.Reset, Commit: true}, {Do: tangotest.Reset}, {Do: tangotest.Status, Status: 503},
		{Do: tangotest.Status, Status: 500, Commit: true}, {Do: tangotest.Cut, Bytes: 20}} {
		f.Method, f.Chance, f.Times = "POST", 0.02, -1
		faults = append(faults, f)
	}
	// Every order takes so long that the work lasts for about as many runs as there are kills, and that a kill
	// meets orders on their way, before and after the commit.
	wait := time.Duration(kills) * meanLife * childSenders / time.Duration(*chaosOrders)
	faults = append(faults, tangotest.Fault{Do: tangotest.Delay, Method: "POST", Wait: wait, Times: -1})
	s := newStorm(t, seed, faults...)
	dir := t.TempDir()
	root := filepath.Join(dir, "root.pem")
	require.NoError(t, os.WriteFile(root, s.root, 0o600))
	list := wishes(*chaosOrders)
	start := func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestChaosKill$", "-test.v")
		cmd.Env = append(os.Environ(), childURL+"="+s.url, childRoot+"="+root, childDB+"="+filepath.Join(dir, "outbox.db"),
			childCount+"="+strconv.Itoa(len(list)))
		cmd.WaitDelay = time.Second
		return cmd
	}
	rnd := rand.New(rand.NewPCG(seed, 0))
	killed := 0
	for range kills {
		// From the moment in which the process starts, up to well into its work.
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond+time.Duration(rnd.Int64N(int64(2*meanLife))))
		out, err := start(ctx).CombinedOutput() // CommandContext kills with SIGKILL
		if ctx.Err() != nil {
			killed++
		} else {
			require.NoError(t, err, string(out))
		}
		cancel()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	out, err := start(ctx).CombinedOutput()
	require.NoError(t, err, string(out))
	told := map[wish]string{}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) == 5 && f[0] == "PLACED" {
			told[wish{f[1], f[2], f[3]}] = f[4]
		}
	}
	assert.Equal(t, len(list), len(told))
	s.ledger(t, told)
	posts := 0
	for _, r := range s.sb.Requests() {
		if r.Method == "POST" {
			posts++
		}
	}
	t.Logf("%d orders, %d of %d processes killed, %d POSTs", len(list), killed, kills+1, posts)
	assert.Empty(t, s.sb.Warnings(), "every attempt at an order had the same body")
}

// chaosChild submits all orders, as a caller would who does not know how far it came the last time, and waits
// until they are placed.
func chaosChild(t *testing.T, url string) {
	root, err := os.ReadFile(os.Getenv(childRoot))
	require.NoError(t, err)
	n, err := strconv.Atoi(os.Getenv(childCount))
	require.NoError(t, err)
	client, err := stormClient(url, root)
	require.NoError(t, err)
	store, err := outbox.Open(os.Getenv(childDB))
	require.NoError(t, err)
	defer store.Close()
	box, err := outbox.New(t.Context(), outbox.Config{Store: store, Client: client, Senders: childSenders,
		Authorize: func(context.Context, string) (tangoclient.Scope, error) { return tangoclient.Scope{acc1, acc2}, nil }})
	require.NoError(t, err)
	list := wishes(n)
	refs := make([]string, len(list))
	for i, w := range list {
		// An account of its own part of the ref: an outbox keeps one order for each tenant and ref.
		refs[i] = w.ref + "-" + w.account
		r := w.request()
		r.ExternalRefID = refs[i]
		_, err := box.Submit(t.Context(), outbox.Submission{Tenant: w.tenant, Request: r})
		require.NoError(t, err)
	}
	for i, w := range list {
		e, err := box.Wait(t.Context(), w.tenant, refs[i])
		require.NoError(t, err)
		require.Equal(t, outbox.Placed, e.State)
		fmt.Println("PLACED", w.tenant, w.account, w.ref, e.ReferenceOrderID)
	}
	require.NoError(t, box.Stop(t.Context()))
}
