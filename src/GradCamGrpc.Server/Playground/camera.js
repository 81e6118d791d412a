/** Takes frames of the camera, one at a time: whoever has not asked for a frame does not get it later. */
export class Camera {
  #video = document.createElement("video");
  #canvas = document.createElement("canvas");
  #stream;

  /** Frames are made smaller than this, in pixels: networks see less. */
  static #longerSide = 640;

  /** Asks for the camera. Throws where there is none, or it is not allowed. */
  static async open() {
    if (!navigator.mediaDevices)
      throw new DOMException("browsers lend the camera to pages at https:// or at localhost only");
    const camera = new Camera();
    camera.#stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: Camera.#longerSide } } });
    camera.#video.muted = true;
    camera.#video.srcObject = camera.#stream;
    await camera.#video.play();
    return camera;
  }

  /** Gives the camera back. */
  close() {
    this.#stream.getTracks().forEach(track => track.stop());
  }

  /** What the camera sees now, as a JPEG. */
  frame() {
    const { videoWidth, videoHeight } = this.#video;
    const scale = Math.min(1, Camera.#longerSide / Math.max(videoWidth, videoHeight));
    this.#canvas.width = Math.round(videoWidth * scale);
    this.#canvas.height = Math.round(videoHeight * scale);
    this.#canvas.getContext("2d").drawImage(this.#video, 0, 0, this.#canvas.width, this.#canvas.height);
    return new Promise(resolve => this.#canvas.toBlob(resolve, "image/jpeg", 0.85));
  }
}
