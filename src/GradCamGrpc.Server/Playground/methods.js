/**
 * The methods, by their fields in ExplanationMethod. Heads need no more than activations and gradients, and have the first ones only; CAM is for
 * layers in front of the one linear layer; those on pixels have no layer.
 */
export const methods = [
  { key: "gradCam", name: "Grad-CAM", forHeads: true },
  { key: "gradCamPlusPlus", name: "Grad-CAM++", forHeads: true },
  { key: "xgradCam", name: "XGrad-CAM", forHeads: true },
  { key: "layerCam", name: "LayerCAM", forHeads: true },
  { key: "hiresCam", name: "HiResCAM", forHeads: true },
  { key: "elementWiseGradCam", name: "Element-wise Grad-CAM", forHeads: true },
  { key: "eigenCam", name: "Eigen-CAM", forHeads: true },
  { key: "eigenGradCam", name: "Eigen-Grad-CAM", forHeads: true },
  { key: "cam", name: "CAM", needsLinearHead: true },
  { key: "scoreCam", name: "Score-CAM", isSlow: true },
  { key: "ablationCam", name: "Ablation-CAM", isSlow: true },
  { key: "saliency", name: "Saliency", onPixels: true },
  { key: "guidedBackpropagation", name: "Guided Backpropagation", onPixels: true },
  { key: "deconvolution", name: "Deconvolution", onPixels: true },
  { key: "guidedGradCam", name: "Guided Grad-CAM" },
  { key: "integratedGradients", name: "Integrated Gradients", onPixels: true, isSlow: true },
  { key: "smoothGrad", name: "SmoothGrad", onPixels: true, isSlow: true },
  { key: "occlusion", name: "Occlusion", onPixels: true, isSlow: true },
];

export const methodOf = key => methods.find(method => method.key === key);
