import { CallError, stream } from "./api.js";
import { decode, paint } from "./heat.js";
import { methodOf, methods } from "./methods.js";

/** The longer side of a painted map, in pixels of its canvas; the browser stretches it over the photo. */
const paintedSide = 448;

/** A photo with one map over it, and how that map is made. */
export class Pane {
  #root;
  #asked = null;

  /** What is explained: a class, a word of a caption or an answer; null for the most probable class. */
  subject = null;

  /** Whose map is shown, in words. */
  explained = "";

  /**
   * @param number 0 for the left one, 1 for the right one.
   * @param onChange Called when another method or layer is chosen.
   */
  constructor(number, onChange) {
    this.#root = document.getElementById("pane").content.firstElementChild.cloneNode(true);
    const side = number === 0 ? "left" : "right";
    for (const [control, name] of [[this.method, "Method"], [this.layer, "Layer"]]) {
      control.setAttribute("aria-label", `${name} of the ${side} map`);
      control.addEventListener("change", () => { this.#offer(); onChange(this); });
    }
    this.method.append(...methods.map(({ key, name, isSlow }) => new Option(isSlow ? `${name} (slow)` : name, key)));
  }

  get root() { return this.#root; }
  get method() { return this.#root.querySelector(".method"); }
  get layer() { return this.#root.querySelector(".layer"); }
  get canvas() { return this.#root.querySelector(".map"); }
  get caption() { return this.#root.querySelector("figcaption"); }

  /** Offers a model's layers: its own for classes, the head's for words and answers. */
  use(model) {
    this.model = model;
    this.subject = null;
    this.#offer();
  }

  /** Shows a photo without a map. */
  showPhoto(url, name) {
    const image = this.#root.querySelector("img");
    image.src = url;
    image.alt = name;
  }

  /**
   * Asks for the subject's map and paints it; a newer question ends an older one. Gives the message with the classes, where there is one.
   * @param how {signal, priority}: what else ends it, and the call's x-priority; both may be left out.
   */
  async explain(photo, subject, { signal, priority } = {}) {
    const before = this.subject;
    this.subject = subject;
    this.#offer();
    this.#asked?.abort();
    const asked = this.#asked = new AbortController();
    const { verb, body } = this.#request(photo, subject);
    this.#root.classList.add("busy");
    try {
      const until = signal ? AbortSignal.any([asked.signal, signal]) : asked.signal;
      let prediction;
      let left = 0;
      for await (const message of stream(this.model.name, verb, body, { signal: until, priority })) {
        prediction ??= message.prediction;
        left += message.mapCount ?? 0;
        const map = verb === "explainAnswers" ? message.map?.map : message.map;
        if (map) {
          this.#paint(map);
          left--;
        }
      }
      if (left > 0)
        throw new CallError("The answer broke off", [{ field: "", description: "The server ended it before its map had come. Try again." }]);
      return prediction;
    } catch (fault) {
      // The map stays that of before, and so do its choices.
      if (this.#asked === asked) {
        this.subject = before;
        this.#offer();
      }
      throw fault;
    } finally {
      if (this.#asked === asked)
        this.#root.classList.remove("busy");
    }
  }

  #request(photo, subject) {
    const chosen = methodOf(this.method.value);
    const body = {
      image: { encoded: photo },
      methods: [{ [chosen.key]: {} }],
      layers: chosen.onPixels || this.layer.value === "" ? [] : [this.layer.value],
    };
    switch (subject?.kind) {
      case "word":
        return { verb: "explainCaption", body: { ...body, text: subject.caption, targets: [{ wordPosition: subject.position }] } };
      case "answer":
        return { verb: "explainAnswers", body: { ...body, questions: [{ text: subject.question, targets: [{ answer: subject.text }] }] } };
      case "label":
        return { verb: "explain", body: { ...body, targets: [{ label: subject.text }] } };
      case "class":
        return { verb: "explain", body: { ...body, targets: [{ classIndex: subject.index }] } };
      default:
        return { verb: "explain", body: { ...body, targets: [{ topK: 1 }] } };
    }
  }

  #paint({ provenance, outputs, allZero, scoreIsFlat }) {
    const { crop, imageSize, score } = provenance;
    const { data, size } = outputs[0].raw;
    const scale = paintedSide / Math.max(crop.width, crop.height);
    paint(
      this.canvas,
      { values: decode(data), columns: size.width, rows: size.height },
      Math.max(1, Math.round(crop.width * scale)),
      Math.max(1, Math.round(crop.height * scale)));
    const isWhole = crop.width >= imageSize.width && crop.height >= imageSize.height;
    for (const layer of [this.canvas, this.#root.querySelector(".seen")]) {
      layer.style.left = `${100 * crop.x / imageSize.width}%`;
      layer.style.top = `${100 * crop.y / imageSize.height}%`;
      layer.style.width = `${100 * crop.width / imageSize.width}%`;
      layer.style.height = `${100 * crop.height / imageSize.height}%`;
    }
    this.#root.querySelector(".seen").hidden = isWhole;

    const what = whose(score);
    const at = provenance.layers.length > 0 ? ` at ${provenance.layers.join(" + ")}` : "";
    const how = `${Object.keys(provenance.method).map(methodOf).find(method => method).name}${at}`;
    const nothing = scoreIsFlat ? " Nothing moves this score." : allZero ? " Nothing on the photo speaks for it." : "";
    this.explained = what;
    this.caption.textContent = `${what} · ${how}.${nothing}`;
    this.canvas.setAttribute("aria-label", `Map of ${what} by ${how}.${nothing}`);
  }

  /** What can be chosen depends on what is explained. */
  #offer() {
    const head = { word: this.model.captioning, answer: this.model.answering }[this.subject?.kind] ?? null;
    for (const option of this.method.options)
      option.disabled = head !== null && !methodOf(option.value).forHeads;
    if (this.method.selectedOptions[0].disabled)
      this.method.value = methods[0].key;
    const { needsLinearHead = false, onPixels = false } = methodOf(this.method.value);

    const names = (head ?? this.model).layers.filter(layer => layer.feedsLinearHead || !needsLinearHead).map(layer => layer.name);
    const chosen = this.layer.value;
    const byDefault = head === null ? `${this.model.defaultLayer} (default)` : names.length > 1 ? "all of the head's" : names[0];
    this.layer.replaceChildren(new Option(byDefault, ""), ...names.toReversed().map(name => new Option(name)));
    this.layer.value = names.includes(chosen) ? chosen : "";
    this.layer.disabled = onPixels;
  }
}

function whose({ explainedClass, words, answer }) {
  if (explainedClass)
    return explainedClass.label;
  if (words)
    return `“${words.words.map(word => word.text).join(" ")}” in “${words.caption}”`;
  return `“${answer.text}” to “${answer.question}”`;
}
