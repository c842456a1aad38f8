// Sounds of the register: each has a rhythm of its own, so that they are told
// apart in a loud shop and by people who do not hear pitch. They are made of
// plain tones; no wallet's own jingle is imitated.

/** Tones as [hertz, start ms, length ms]. */
const cues = {
  accepted: [[1400, 0, 90]],
  approved: [[880, 0, 160], [1320, 180, 320]],
  declined: [[240, 0, 420], [180, 480, 620]],
  refused: [[420, 0, 80], [420, 130, 80], [420, 260, 80]],
  doubt: [[600, 0, 300], [600, 650, 300], [600, 1300, 300]],
  queued: [[990, 0, 90], [990, 160, 460]],
};

/** @typedef {keyof typeof cues} Cue */

/** @type {AudioContext|null} */
let audio = null;

/** Whether the browser lets the page make a sound yet. */
export const audible = () => audio?.state === "running" || navigator.userActivation?.hasBeenActive === true;

/** Call it on a touch or key: browsers allow sound only after one. */
export function wake() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume();
}

/**
 * Plays a cue, if the browser lets us. The page also carries the cue's name,
 * so that a light or a test can follow it.
 * @param {Cue} name
 */
export function play(name) {
  document.documentElement.dataset.cue = name;
  if (!audible()) return;
  wake();
  if (!audio) return;
  const begin = audio.currentTime + 0.02;
  for (const [hertz, start, length] of cues[name]) {
    tone(audio, hertz, begin + start / 1000, length / 1000);
  }
}

/** One tone with soft edges: hard ones click. @param {AudioContext} to @param {number} hertz @param {number} at @param {number} length */
function tone(to, hertz, at, length) {
  const source = new OscillatorNode(to, { type: "triangle", frequency: hertz });
  const volume = new GainNode(to, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.5, at + 0.015);
  volume.gain.setValueAtTime(0.5, at + length - 0.03);
  volume.gain.linearRampToValueAtTime(0, at + length);
  source.connect(volume).connect(to.destination);
  source.start(at);
  source.stop(at + length);
}
