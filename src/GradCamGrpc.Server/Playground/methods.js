/** The methods, by their fields in ExplanationMethod. Heads need no more than activations and gradients, and have the first ones only. */
export const methods = [
  { key: "gradCam", name: "Grad-CAM", forHeads: true },
  { key: "gradCamPlusPlus", name: "Grad-CAM++", forHeads: true },
  { key: "xgradCam", name: "XGrad-CAM", forHeads: true },
  { key: "layerCam", name: "LayerCAM", forHeads: true },
  { key: "hiresCam", name: "HiResCAM", forHeads: true },
  { key: "elementWiseGradCam", name: "Element-wise Grad-CAM", forHeads: true },
  { key: "eigenCam", name: "Eigen-CAM", forHeads: true },
  { key: "eigenGradCam", name: "Eigen-Grad-CAM", forHeads: true },
  { key: "cam", name: "CAM" },
  { key: "scoreCam", name: "Score-CAM (slow)" },
  { key: "ablationCam", name: "Ablation-CAM (slow)" },
  { key: "saliency", name: "Saliency", onPixels: true },
  { key: "guidedBackpropagation", name: "Guided Backpropagation", onPixels: true },
  { key: "deconvolution", name: "Deconvolution", onPixels: true },
  { key: "guidedGradCam", name: "Guided Grad-CAM" },
  { key: "integratedGradients", name: "Integrated Gradients (slow)", onPixels: true },
  { key: "smoothGrad", name: "SmoothGrad (slow)", onPixels: true },
  { key: "occlusion", name: "Occlusion (slow)", onPixels: true },
];

export const nameOf = key => methods.find(method => method.key === key).name.replace(" (slow)", "");
