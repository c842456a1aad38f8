// This device's camera as a scanner: its pictures go to the register one after
// the other until one shows a code, the sale leaves the scan, or the cashier
// switches it off. Nothing is kept, and no picture leaves the shop.
import { ask, path, Refused, Unreachable } from "./api.js";
import { page, screen, set, tookRefusal, tookSale } from "./page.js";

/** What a code is looked for in: more dots read no better and take longer. */
const wide = 1280;

/** The least time from one picture to the next: a camera's own pace. */
const pace = 33;

/** How long the camera looks before it rests by itself. */
const patience = 120_000;

/** Whether this page may ask for a camera at all: not over plain HTTP from afar. */
export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

const video = document.createElement("video");
video.muted = video.playsInline = true;
video.id = "camera";

/** What the camera sees, for the screen. */
export const view = () => video;

/** Switches the camera on for the sale on the screen. */
export async function openCamera() {
  const { sale } = page;
  if (!sale || page.camera) return;
  set({ fault: null, refusal: null });
  let camera;
  try {
    camera = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: wide }, height: { ideal: 720 } } });
  } catch (err) {
    const denied = err instanceof DOMException && (err.name === "NotAllowedError" || err.name === "SecurityError");
    return set({ fault: { key: denied ? "camera.denied" : "camera.none" } });
  }
  if (!stands(sale.id)) return stop(camera); // the sale went on in the meantime
  camera.getVideoTracks()[0]?.addEventListener("ended", () => { if (page.camera === camera) closeCamera("camera.gone"); });
  video.srcObject = camera;
  set({ camera });
  await video.play().catch(() => {}); // the browser plays it as soon as it may
  await look(camera, sale.id);
}

/** Switches the camera off. @param {string} [fault] why, when nobody asked for it */
export function closeCamera(fault) {
  const { camera } = page;
  if (!camera) return;
  stop(camera);
  video.srcObject = null;
  set({ camera: null, ...(fault ? { fault: { key: fault } } : {}) });
}

/** @param {MediaStream} camera */
const stop = (camera) => camera.getTracks().forEach((track) => track.stop());

/** @param {string} id */
const stands = (id) => page.sale?.id === id && screen() === "scan";

/** Sends picture after picture. @param {MediaStream} camera @param {string} id */
async function look(camera, id) {
  const canvas = document.createElement("canvas");
  const until = Date.now() + patience;
  for (let last = 0; page.camera === camera; last = Date.now()) {
    if (!stands(id)) return closeCamera();
    if (Date.now() > until) return closeCamera("camera.rests");
    await new Promise((go) => setTimeout(go, Math.max(0, last + pace - Date.now())));
    const picture = await shot(canvas);
    if (page.camera !== camera) return;
    if (!picture || !stands(id)) continue;
    if (await gives(id, picture)) return closeCamera();
  }
}

/** One picture, or nothing before the camera has begun. @param {HTMLCanvasElement} canvas @returns {Promise<Blob|null>} */
async function shot(canvas) {
  if (!video.videoWidth) return null;
  const scale = Math.min(1, wide / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const pen = canvas.getContext("2d", { alpha: false });
  if (!pen) return null;
  pen.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((go) => canvas.toBlob(go, "image/jpeg", 0.85));
}

/** Whether a picture had a code in it. @param {string} id @param {Blob} picture */
async function gives(id, picture) {
  try {
    const answer = await ask(path.frame(id), { method: "POST", body: picture });
    if (answer.status === 204) return false;
    tookSale(await answer.json());
    return true;
  } catch (err) {
    if (err instanceof Refused && err.status === 409 && err.problem.text) {
      const { why = "", text, text_en = "" } = err.problem; // a scan like any other
      tookRefusal({ why, text, text_en, at: new Date().toISOString() });
      return true;
    }
    if (err instanceof Unreachable) return false; // the page tells of a lost register
    set({ fault: { key: "camera.failed" } });
    return true;
  }
}
