"use strict";
// The panels follow their controls: the part of each array that belongs to the state goes to Bokeh.

const controls = {};
const state = {};  // the number of the chosen token of each control
const KINDS = { int8: Int8Array, int16: Int16Array, int32: Int32Array, float32: Float32Array };
const banks = new Map();
const models = new Map();  // by name; a source drawn in two figures is two models
const drawn = new Set();
const inView = new Set();  // elements of figures
const parsed = new Promise((done) => document.addEventListener("DOMContentLoaded", done));

// Takes in the panels whose records are there by now: those of the front stand above this script, the others end the page.
function admit() {
  const elements = [...document.querySelectorAll(".panels")];
  const found = elements.flatMap((element) => JSON.parse(element.textContent));
  for (const element of elements) element.remove();
  const fresh = found.flatMap((panel) => panel.controls).filter(({ name }) => !(name in controls));
  for (const control of fresh) {
    controls[control.name] = control;
    state[control.name] = control.start;
  }
  Object.keys(controls).forEach(mark);
  // Only what is new follows the address: what was there may have been moved.
  readAddress(fresh.map(({ name }) => name), true);
  return found;
}

// ---- banks

async function unpack({ kind, shape, step, data }) {
  const letters = atob(data), bytes = new Uint8Array(letters.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = letters.charCodeAt(k);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const values = new KINDS[kind](await new Response(stream).arrayBuffer());
  if (step !== null && shape.length > 1) {
    const row = values.length / shape[0];
    for (let k = row; k < values.length; k++) values[k] += values[k - row];
  }
  return { values, shape, step: step ?? 1 };
}

async function read(name) {
  const find = () => document.getElementById(`bank-${name}`);
  if (!find()?.nextSibling) await parsed;  // the last element so far may be there in part
  const element = find();
  if (!element) return {};
  const arrays = JSON.parse(element.textContent);
  const unpacked = Object.entries(arrays).map(async ([name, array]) =>
    [name, array.data === undefined ? array : await unpack(array)]);
  return Object.fromEntries(await Promise.all(unpacked));
}

const named = (template) => template.replace(/{(\w+)}/g, (_, control) => controls[control].tokens[state[control]]);

function load(name) {
  if (!banks.has(name)) banks.set(name, read(name));
  return banks.get(name);
}

// The part of an array at the state, as numbers, or an entry of nested lists of texts; undefined if absent.
// An axis of length one belongs to all options of its control.
function part(bank, { array, index }) {
  const whole = bank[array];
  if (whole === undefined) return undefined;
  if (typeof whole === "string" || Array.isArray(whole)) return index.reduce((list, name) => list[state[name]], whole);
  const { values, shape, step } = whole;
  let size = values.length, start = 0;
  index.forEach((name, axis) => {
    size /= shape[axis];
    if (shape[axis] > 1) start += state[name] * size;
  });
  return Float64Array.from(values.subarray(start, start + size), (value) => value * step);
}

// ---- showing the state

const touches = ({ bank, parts, index }, name) =>
  bank.includes(`{${name}}`) || (parts ? Object.values(parts) : [{ index }]).some((each) => each.index.includes(name));

function apply({ kind, model: name, parts, fixed }, bank) {
  const cut = Object.entries(parts).map(([key, where]) => [key, part(bank, where)]);
  for (const { model } of models.get(name)) {
    if (kind === "data") {
      const columns = cut.map(([key, values]) => [key, values ?? new Float64Array(fixed).fill(NaN)]);
      const fits = ([key, values]) => model.data[key] instanceof Float64Array && model.data[key].length === values.length;
      if (columns.every(fits)) {  // in place, which leaves less garbage
        for (const [key, values] of columns) model.data[key].set(values);
        model.change.emit();
      } else model.data = { ...model.data, ...Object.fromEntries(columns) };
    } else if (kind === "image") {
      const [pixels] = model.data.image;
      pixels.set(cut[0][1] ?? new Float64Array(pixels.length).fill(NaN));
      model.change.emit();
    } else if (kind === "colours") {
      const [pixels] = model.data.image;
      const bytes = new Uint8ClampedArray(pixels.buffer).fill(255);
      cut[0][1].forEach((value, k) => { bytes[4 * Math.floor(k / 3) + k % 3] = 255 * value; });
      model.change.emit();
    } else if (kind === "counts") {
      const [column, row] = cut.map(([, values]) => values);
      const [cells] = model.data.image;
      cells.fill(0);
      for (let k = 0; k < row.length; k++) cells[row[k] * cells.shape[1] + column[k]] += 1;
      model.change.emit();
    } else {
      const known = cut.filter(([, value]) => value !== undefined);
      model.setv(Object.fromEntries(known.map(([key, value]) => [key, typeof value === "string" ? value : value[0]])));
    }
  }
}

// A number with so many decimals or significant digits; very large and very small ones as 1.2·10⁻⁷.
function written(value, { digits, significant }) {
  let text = value.toFixed(digits);
  if (significant && value !== 0) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    text = exponent >= -4 && exponent < 6
      ? Number(`${mantissa}e${exponent}`).toFixed(Math.max(digits - 1 - exponent, 0))
      : `${mantissa}·10${[...exponent.replace("+", "")].map((each) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(each)]).join("")}`;
  }
  return text.replace("-", "−");
}

// Text in which 10^2.5 is raised.
function put(element, text) {
  const parts = text.split(/(?<=\b10)\^(-?[\d.]+)/).map((part, k) => {
    if (k % 2 === 0) return part;
    const raised = document.createElement("sup");
    raised.textContent = part.replace("-", "−");
    return raised;
  });
  element.replaceChildren(...parts);
}

function tell(readout, bank) {
  const value = part(bank, readout);
  const element = document.getElementById(readout.id);
  if (value === undefined) element.textContent = "–";
  else if (typeof value === "string") put(element, value);
  else element.textContent = Number.isFinite(value[0])
    ? written(value[0] * readout.factor, readout) + readout.unit : "–";
}

// Figures out of view follow when the control has come to rest.
let pending = new Set(), rest;

async function show(panel, changed) {
  const wanted = (each) => changed === undefined || touches(each, changed);
  const seen = ({ model }) => model === undefined || models.get(model).some(({ plot }) => inView.has(plot));
  const found = [...panel.targets, ...panel.readouts].filter(wanted);
  const now = changed === undefined ? found : found.filter(seen);
  for (const each of found) if (!now.includes(each)) pending.add(each);
  clearTimeout(rest);
  rest = setTimeout(catchUp, 300);
  await draw(now);
}

async function catchUp() {
  const late = [...pending];
  pending = new Set();
  await draw(late);
}

async function draw(targets) {
  const names = targets.map(({ bank }) => named(bank));
  const loaded = await Promise.all(names.map(load));
  targets.forEach((each, k) => {
    if (named(each.bank) !== names[k]) return;  // the state has moved on, and a later call draws it
    if (each.parts) apply(each, loaded[k]);
    else tell(each, loaded[k]);
  });
}

function mark(name) {
  const { texts } = controls[name];
  for (const input of document.querySelectorAll(`[data-control="${name}"]`)) {
    input.value = state[name];
    if (input.type === "range") {
      input.setAttribute("aria-valuetext", texts[state[name]]);
      put(input.closest("label").querySelector("output"), texts[state[name]]);
    }
  }
}

const ready = [];  // the panels whose figures are there

async function set(name, index) {
  state[name] = index;
  mark(name);
  await Promise.all(ready.filter((panel) => panel.controls.some((each) => each.name === name)).map((panel) => show(panel, name)));
}

// ---- the address of a view: #section&control=token&...

function readAddress(names, opening) {
  const [section, ...pairs] = location.hash.slice(1).split("&");
  for (const [name, token] of new URLSearchParams(pairs.join("&"))) {
    const index = names.includes(name) ? controls[name].tokens.indexOf(token) : -1;
    if (index >= 0 && index !== state[name]) set(name, index);
  }
  const target = document.getElementById(section);
  for (let folded = target?.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
  if (pairs.length || opening) target?.scrollIntoView({ behavior: "instant" });
}

async function writeAddress(section) {
  await others;  // until then the address says what is to come
  const moved = Object.values(controls).filter(({ name, start }) => state[name] !== start);
  const pairs = moved.map(({ name, tokens }) => `&${name}=${encodeURIComponent(tokens[state[name]])}`);
  history.replaceState(null, "", `#${section}${pairs.join("")}`);
}

document.addEventListener("input", ({ target }) => {
  const name = target.dataset.control;
  if (!(name in controls)) return;
  set(name, Number(target.value));
  writeAddress(target.closest("section, header").id);
});
addEventListener("hashchange", () => readAddress(Object.keys(controls), false));

// ---- colours of the page for what Bokeh draws

function recolour(models) {
  const style = getComputedStyle(document.documentElement);
  const [ink, rule, paper] = ["--ink", "--rule", "--paper"].map((name) => style.getPropertyValue(name).trim());
  const of = [
    [/Axis$/, { axis_label_text_color: ink, major_label_text_color: ink, axis_line_color: ink, major_tick_line_color: ink, minor_tick_line_color: ink }],
    [/^Grid$/, { grid_line_color: rule }],
    [/^Title$/, { text_color: ink }],
    [/^Legend$/, { label_text_color: ink, background_fill_color: paper, background_fill_alpha: 0.8, border_line_color: null }],
    [/^ColorBar$/, { major_label_text_color: ink, title_text_color: ink, background_fill_color: null }],
  ];
  for (const model of models) {
    for (const [type, colours] of of) if (type.test(model.type)) model.setv(colours);
    if (model.tags?.includes("ink")) {
      for (const name of ["line_color", "text_color"]) if (name in model) model[name] = ink;
    }
  }
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => recolour(drawn);
dark.addEventListener("change", followScheme);

// Bokeh paints too late for paper: figures go there as they stand, scaled to its width, dark ones inverted.
const PAPER = 680;  // CSS pixels, of A4 or Letter within margins
addEventListener("beforeprint", () => {
  dark.removeEventListener("change", followScheme);  // paper is light
  document.documentElement.classList.toggle("inverted", dark.matches);
  for (const plots of document.querySelectorAll(".plots")) {
    const width = plots.offsetWidth;
    plots.style.width = `${width}px`;
    plots.style.zoom = Math.min(PAPER / width, 1);
  }
});
addEventListener("afterprint", () => {
  dark.addEventListener("change", followScheme);
  for (const plots of document.querySelectorAll(".plots")) plots.removeAttribute("style");
});

// A tap on a point of a source chooses the option of that number.
function chooses(source, name) {
  source.selected.properties.indices.change.connect(() => {
    const [index] = source.selected.indices;
    if (index === undefined) return;
    source.selected.indices = [];
    set(name, index);
    writeAddress(document.querySelector(`[data-control="${name}"]`).closest("section, header").id);
  });
}

const viewed = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) inView[isIntersecting ? "add" : "delete"](target);
});

// Six private parts of the Bokeh in this file, whose version is pinned.
function tuneBokeh() {
  // Each painting writes the style sheets again, after which the browser computes styles and layout; a changed one will do.
  Bokeh.require("core/dom").InlineStyleSheet.prototype._update = function (css) {
    if (this.el.textContent !== css) this.el.textContent = css;
  };
  // Each painting asks the style sheets for each property, which takes most of the time; there is none.
  Bokeh.require("core/visuals/visual").VisualProperties.prototype._get_css_value = () => "";
  // Clearing spares half a pixel at the left and the top, where labels of an earlier layout would stay.
  const { CanvasLayer } = Bokeh.require("core/util/canvas");
  CanvasLayer.prototype.clear = function () {
    this.ctx.clearRect(-1, -1, this.bbox.width + 2, this.bbox.height + 2);
  };
  // A legend makes its entries anew, and their samples empty, whenever data change; they stay, unless a label does.
  const { LegendView } = Bokeh.require("models/annotations/legend");
  const renderItems = LegendView.prototype._render_items;
  LegendView.prototype._render_items = function () {
    const first = !this.entries.length;
    if (first || this._should_rerender_items) renderItems.call(this);
    if (!first) this._paint_glyphs();
  };
  const { GlyphRendererView } = Bokeh.require("models/renderers/glyph_renderer");
  // An element goes along with each glyph, and nothing is in it.
  GlyphRendererView.prototype.update_position = function () { this.position.replace(":host { display: none; }"); };
  // What moves is on the overlay, which is not clipped to the frame otherwise.
  Object.defineProperty(GlyphRendererView.prototype, "needs_clip", { get: () => true });
}

// ---- start: the front, then the panel that is nearest to the window, while nothing else is to do

const idle = () => new Promise((done) => (globalThis.requestIdleCallback ?? setTimeout)(done, { timeout: 1000 }));

async function embed(panel) {
  const made = [];
  async function add({ id, item }) {
    const plot = document.getElementById(id);
    viewed.observe(plot);
    for (const { model: root } of await Bokeh.embed.embed_item(item, id)) {
      for (const model of root.references()) {
        made.push(model);
        drawn.add(model);
        if (model.tags?.[0] === "chooses") chooses(model, model.tags[1]);
        if (model.name) models.set(model.name, [...(models.get(model.name) ?? []), { model, plot }]);
      }
    }
  }
  if (panel.front) await Promise.all(panel.plots.map(add));
  else for (const plot of panel.plots) await idle().then(() => add(plot));
  recolour(made);
  ready.push(panel);
  await show(panel);
  for (const model of made) if (model.type === "Legend") model.change.emit();  // its samples need data
  document.getElementById(panel.name).dataset.ready = "";
}

function distance({ name }) {
  const { top, bottom } = document.getElementById(name).getBoundingClientRect();
  return Math.max(top - innerHeight, -bottom);
}

// The panels that are not of the front, once all are admitted.
async function begin() {
  Bokeh.set_log_level("error");  // axes without data yet are no news
  tuneBokeh();
  const { style } = document.documentElement;
  style.scrollBehavior = "auto";  // on its way to the section of the address the browser would go past ours
  for (const panel of admit()) await embed(panel);
  await parsed;
  const found = admit();
  style.scrollBehavior = "";
  return found;
}

async function follow(waiting) {
  while (waiting.length) {
    waiting.sort((one, other) => distance(other) - distance(one));
    await embed(waiting.pop());
  }
}

const others = begin();
others.then(follow);
