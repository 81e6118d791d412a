/** Takes frames of the camera, one at a time: whoever has not asked for a frame does not get it later. */
export class Camera {
  #video = document.createElement("video");
  #canvas = document.createElement("canvas");
  #stream;

  /** Frames are made smaller than this, in pixels: networks see less. */
  static #longerSide = 640;

  /** Asks for the camera. Throws where there is none, or it is not allowed. */
  async start() {
    if (!navigator.mediaDevices)
      throw new DOMException("browsers lend the camera to pages at https:// or at localhost only");
    this.#stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: Camera.#longerSide } } });
    this.#video.muted = true;
    this.#video.srcObject = this.#stream;
    await this.#video.play();
  }

  stop() {
    this.#stream?.getTracks().forEach(track => track.stop());
    this.#stream = undefined;
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
