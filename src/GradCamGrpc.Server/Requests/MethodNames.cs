using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Protos.V1;
using Case = GradCamGrpc.Protos.V1.ExplanationMethod.MethodOneofCase;

namespace GradCamGrpc.Server.Requests;

/// <summary>Methods as messages name them, and as the engine knows them.</summary>
internal static class MethodNames
{
    /// <summary>The method that a message names; null where it names none.</summary>
    public static ICamMethod? Read(ExplanationMethod message) => message.MethodCase switch
    {
        Case.GradCam => new Explain.Methods.GradCam(),
        Case.LayerCam => new Explain.Methods.LayerCam(),
        Case.HiresCam => new Explain.Methods.HiResCam(),
        Case.ElementWiseGradCam => new Explain.Methods.ElementWiseGradCam(),
        Case.EigenCam => new Explain.Methods.EigenCam(),
        Case.EigenGradCam => new Explain.Methods.EigenGradCam(),
        _ => null,
    };

    /// <summary>The message that names a method.</summary>
    public static ExplanationMethod Write(ICamMethod method) => method switch
    {
        Explain.Methods.GradCam => new ExplanationMethod { GradCam = new() },
        Explain.Methods.LayerCam => new ExplanationMethod { LayerCam = new() },
        Explain.Methods.HiResCam => new ExplanationMethod { HiresCam = new() },
        Explain.Methods.ElementWiseGradCam => new ExplanationMethod { ElementWiseGradCam = new() },
        Explain.Methods.EigenCam => new ExplanationMethod { EigenCam = new() },
        Explain.Methods.EigenGradCam => new ExplanationMethod { EigenGradCam = new() },
        _ => throw new ArgumentOutOfRangeException(nameof(method), method.Name, "it has no message"),
    };
}
