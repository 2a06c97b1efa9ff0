// A sample may reach for the dialogs of this page: top.alert(1). Then no batch knows whose it was, and each that runs
// gets the blame.
const outer = [];
for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = (...args) => { outer.push('top.' + name + ': ' + args.join()); };

// Runs a batch in a fresh document and returns what happened there.
async function runBatch(batch, view, settle, shown) {
  const before = outer.length;
  const frame = document.createElement('iframe');
  // Without layout ten thousand samples take a third of the time. The policy reports a handler when it is parsed.
  if (!shown) frame.style.display = 'none';
  frame.sandbox = 'allow-scripts allow-same-origin';
  frame.src = view + '?batch=' + batch;
  document.body.append(frame);
  await new Promise(done => { frame.onload = done; });
  const inner = frame.contentWindow;
  let bad = [];
  if (view === '/document') bad = inner.insertAll(await (await fetch('/samples?batch=' + batch)).json());
  else bad = inner.checkTemplate();
  await Promise.race([Promise.all(inner.loading || []), new Promise(done => setTimeout(done, 1000))]);
  // Whatever was set off runs now: event handlers, loads that fail, timers, frames.
  await new Promise(done => setTimeout(done, settle));
  let fired;
  try { fired = inner.fired || ['the document went away']; } catch (e) { fired = ['the document went to another origin']; }
  frame.remove();
  return {fired: [...fired, ...outer.slice(before)], bad};
}

// Several batches at a time share the waiting.
async function runBatches(batches, view, settle, shown) {
  return Promise.all(batches.map(b => runBatch(b, view, settle, shown)));
}
