'use strict';
// What fired, as text.
var fired = [];
function fire(how, what) { fired.push(how + ': ' + String(what).slice(0, 120)); }

// Watches a window: dialogs, and scripts without the nonce.
function watch(w) {
  for (const name of ['alert', 'confirm', 'prompt', 'print']) w[name] = (...args) => fire(name, args.join());
  w.document.addEventListener('securitypolicyviolation', e => fire(e.violatedDirective, e.sample || e.blockedURI));
}
watch(window);

const own = ' data-own';
const places = {
  'div': s => s,
  'table': s => `<table${own}>${s}</table>`,
  'table row': s => `<table${own}><tbody${own}><tr${own}>${s}</tr></tbody></table>`,
  'table cell': s => `<table${own}><tbody${own}><tr${own}><td${own}>${s}</td></tr></tbody></table>`,
  'svg': s => `<svg${own}>${s}</svg>`,
  'svg desc': s => `<svg${own}><desc${own}>${s}</desc></svg>`,
  'foreignObject': s => `<svg${own}><foreignObject${own}>${s}</foreignObject></svg>`,
  'math': s => `<math${own}>${s}</math>`,
  'math mtext': s => `<math${own}><mtext${own}>${s}</mtext></math>`,
  'annotation-xml': s => `<math${own}><annotation-xml${own} encoding="text/html">${s}</annotation-xml></math>`,
  'textarea': s => `<textarea${own}>${s}</textarea>`,
  'title': s => `<title${own}>${s}</title>`,
  'select': s => `<select${own}>${s}</select>`,
  'option': s => `<select${own}><option${own}>${s}</option></select>`,
  'template': s => `<template${own}>${s}</template>`,
  'noscript': s => `<noscript${own}>${s}</noscript>`,
  'xmp': s => `<xmp${own}>${s}</xmp>`,
  'noembed': s => `<noembed${own}>${s}</noembed>`,
  'noframes': s => `<noframes${own}>${s}</noframes>`,
};

const rich = new Set(`p br hr div span h1 h2 h3 h4 h5 h6 blockquote pre code kbd samp var tt b strong i em u s strike del
  ins sub sup small big mark abbr cite q dfn center ul ol li dl dt dd table caption thead tbody tfoot tr th td figure
  figcaption a img`.split(/\s+/));

// Says what is wrong with what stands in root: a text makes no element, rich text none that can do something.
function check(root, kind) {
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    if (n.nodeType === Node.COMMENT_NODE) return 'a comment';
    if (n.localName === 'template') {
      const inside = check(n.content, kind);
      if (inside) return inside;
    }
    if (n.hasAttribute('data-own')) continue;
    // The parser adds these two to tables by itself.
    if (n.localName === 'tbody' && n.attributes.length === 0 && n.parentNode.localName === 'table') continue;
    if (kind === 'text') return 'the element ' + n.localName;
    if (!rich.has(n.localName)) return 'the element ' + n.localName;
    for (const a of n.attributes) {
      if (/^on|^(style|id|class|name|srcdoc|form|action|formaction|background|xmlns)/i.test(a.name)) return 'the attribute ' + a.name;
      if (/^[\s\0-\x20]*(javascript|vbscript|data|blob|file):/i.test(a.value) && /href|src|cite/i.test(a.name)) return 'the URL ' + a.value;
    }
  }
  return '';
}

// Puts each sample into each place, and again what the browser makes of it there (a round trip through innerHTML).
function insertAll(samples) {
  const bad = [];
  const note = (i, place, what) => { if (what) bad.push({sample: samples[i].id, place, what}); };
  samples.forEach((s, i) => {
    for (const [place, wrap] of Object.entries(places)) {
      let html = wrap(s.html);
      for (const trip of ['', ', second trip', ', third trip']) {
        const box = document.createElement('div');
        box.innerHTML = html;
        document.body.append(box);
        if (s.kind !== 'raw') note(i, place + trip, check(box, s.kind));
        const again = box.innerHTML;
        if (again === html) break;
        html = again;
      }
      if (place === 'template') document.body.append(document.importNode(document.body.lastChild.querySelector('template')?.content ?? document.createDocumentFragment(), true));
    }
  });
  write(samples, note);
  srcdoc(samples.map(s => `<div>${s.html}</div>`).join(''));
  for (const s of samples) if (s.kind === 'raw' && s.wrong) wrong(s.html);
  return bad;
}

// document.write into a frame.
function write(samples, note) {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  const d = frame.contentDocument;
  d.open();
  watch(frame.contentWindow);
  for (const s of samples) d.write(`<div data-own>${s.html}</div>`);
  d.close();
  // A raw sample may have thrown the rest away.
  [...d.querySelectorAll('body > div[data-own]')].forEach((box, i) => {
    if (samples[i] && samples[i].kind !== 'raw') note(i, 'document.write', check(box, samples[i].kind));
  });
  if (samples.every(s => s.kind !== 'raw') && d.querySelectorAll('body > div[data-own]').length !== samples.length) {
    note(0, 'document.write', 'a sample that reached beyond its own element');
  }
}

// A document made of html. Links are followed if asked for, which runs javascript: URLs.
function srcdoc(html, follow) {
  const frame = document.createElement('iframe');
  frame.srcdoc = `<script nonce="harness">parent.watch(window)</script>` + html;
  loading.push(new Promise(done => {
    frame.onload = () => {
      frame.onload = null;
      if (follow) for (const link of frame.contentDocument?.links ?? []) link.click();
      done();
    };
    setTimeout(done, 1000); // a frame that waits for something that does not come
  }));
  document.body.append(frame);
}
var loading = [];

// Where a raw attack may run although it is harmless as an element's content: inside attributes and scripts, also
// after somebody has decoded it.
function wrong(raw) {
  let decoded = raw;
  try { decoded = decodeURIComponent(raw); } catch (e) { /* not percent-encoded */ }
  for (const s of new Set([raw, decoded])) {
    srcdoc(`<a href="${s}">x</a><iframe src="${s}"></iframe><img src=x alt="${s}">`, true);
    srcdoc(`<img src=x alt='${s}'><img src=x alt=${s}><!-- ${s} -->`);
    srcdoc(['"', "'", '`', ''].map(q => `<script nonce=harness>${q ? 'var x = ' : ''}${q}${s}${q};</script>`).join(''));
  }
}

// A page made by html/template: every sample gives the same elements, whatever it holds.
function checkTemplate() {
  const bad = [];
  for (const box of document.querySelectorAll('section')) {
    const names = [...box.querySelectorAll('*')].map(n => n.localName).join();
    const attributes = [...box.querySelectorAll('*')].flatMap(n => [...n.attributes].map(a => a.name)).join();
    if (names !== 'p,a,input,img,script' || attributes !== 'title,href,value,alt,nonce') {
      bad.push({sample: Number(box.id), place: 'html/template', what: names + ' with ' + attributes});
    }
    const link = box.querySelector('a');
    if (link && /^(javascript|vbscript|data|blob):/.test(link.protocol)) {
      bad.push({sample: Number(box.id), place: 'html/template', what: 'the link ' + link.href});
    }
  }
  return bad;
}
