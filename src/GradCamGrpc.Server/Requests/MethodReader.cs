using Google.Protobuf;
using Google.Protobuf.Reflection;
using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Methods;
using Case = GradCamGrpc.Protos.V1.ExplanationMethod.MethodOneofCase;
using ChannelReduction = GradCamGrpc.Protos.V1.ChannelReduction;

namespace GradCamGrpc.Server.Requests;

/// <summary>Methods as messages name them, and as the engine knows them.</summary>
internal static class MethodReader
{
    private const int MaxPasses = 1000;
    private const int MinPatch = 8;
    private const int MaxPatch = 512;
    private const int MinStride = 4;

    /// <summary>The methods with their defaults, by the names of their fields: the engine's with underscores.</summary>
    private static readonly Dictionary<string, IExplanationMethod> Plain =
        ExplanationMethods.All.ToDictionary(method => FieldOf(method).Name, StringComparer.Ordinal);

    /// <summary>The names of all methods, as messages spell them.</summary>
    public static IEnumerable<string> Names => Choice.Fields.Select(known => known.Name);

    private static OneofDescriptor Choice => Protos.V1.ExplanationMethod.Descriptor.Oneofs[0];

    /// <summary>The method that a message names, smoothed as it says; null where it names none, or one with wrong parameters.</summary>
    public static IExplanationMethod? Read(Protos.V1.ExplanationMethod message, string field, Violations faults)
    {
        var method = Reduced(Named(message, field, faults), message.ChannelReduction, $"{field}.channel_reduction", faults);
        return method is not null && message.AugmentationSmoothing is not null ? new AugmentationSmoothed(method) : method;
    }

    /// <summary>The message that names a method, with its parameters.</summary>
    public static Protos.V1.ExplanationMethod Write(IExplanationMethod method)
    {
        switch (method)
        {
            case AugmentationSmoothed smoothed:
                var augmented = Write(smoothed.Method);
                augmented.AugmentationSmoothing = new Protos.V1.AugmentationSmoothing();
                return augmented;
            case EigenSmoothed smoothed:
                return WriteEigen(smoothed.Method);
            case EigenSmoothedAttribution smoothed:
                return WriteEigen(smoothed.Method);
            default:
                return WritePlain(method);
        }
    }

    private static IExplanationMethod? Reduced(IExplanationMethod? method, ChannelReduction reduction, string field, Violations faults)
    {
        if (!Enum.IsDefined(reduction))
            faults.Invalid(field, $"{(int)reduction} is not a known reduction");
        return method is null || reduction is not ChannelReduction.PrincipalComponent ? method : EigenSmooth(method, field, faults);
    }

    private static IExplanationMethod? EigenSmooth(IExplanationMethod method, string field, Violations faults)
    {
        switch (method)
        {
            case IChannelwiseMethod cam:
                return new EigenSmoothed(cam);
            case IChannelWeightAttribution attribution:
                return new EigenSmoothedAttribution(attribution);
            case ICamMethod:
                faults.Invalid(field, $"{method.Name} is a principal component already");
                return null;
            default:
                faults.Invalid(field, $"{method.Name} takes no sum over a layer's channels, in whose place a principal component could be");
                return null;
        }
    }

    private static IExplanationMethod? Named(Protos.V1.ExplanationMethod message, string field, Violations faults)
    {
        switch (message.MethodCase)
        {
            case Case.None:
                faults.Invalid(field, $"a method is needed: {string.Join(", ", Names)}");
                return null;
            case Case.IntegratedGradients:
                return Gradients(message.IntegratedGradients, $"{field}.integrated_gradients", faults);
            case Case.SmoothGrad:
                return Smooth(message.SmoothGrad, $"{field}.smooth_grad", faults);
            case Case.Occlusion:
                return Occluding(message.Occlusion, $"{field}.occlusion", faults);
            default:
                return Plain[Choice.Accessor.GetCaseFieldDescriptor(message).Name];
        }
    }

    private static Protos.V1.ExplanationMethod WriteEigen(IExplanationMethod method)
    {
        var message = WritePlain(method);
        message.ChannelReduction = ChannelReduction.PrincipalComponent;
        return message;
    }

    private static Protos.V1.ExplanationMethod WritePlain(IExplanationMethod method)
    {
        var message = new Protos.V1.ExplanationMethod();
        var field = FieldOf(method);
        field.Accessor.SetValue(message, method switch
        {
            IntegratedGradients gradients => new Protos.V1.IntegratedGradients { StepCount = gradients.Steps },
            SmoothGrad smooth => new Protos.V1.SmoothGrad
            {
                SampleCount = smooth.Samples,
                NoiseShare = smooth.Noise,
                Seed = smooth.Seed,
            },
            Occlusion occlusion => new Protos.V1.Occlusion { PatchSize = occlusion.Patch, Stride = occlusion.Stride },
            _ => field.MessageType.Parser.ParseFrom(ByteString.Empty),
        });
        return message;
    }

    /// <summary>How a photo is covered; null where a message has wrong parameters.</summary>
    public static Occlusion? Occluding(Protos.V1.Occlusion message, string field, Violations faults)
    {
        var patch = message.HasPatchSize ? message.PatchSize : Occlusion.DefaultPatch;
        if (!faults.Within($"{field}.patch_size", patch, MinPatch, MaxPatch))
            return null;
        var stride = message.HasStride ? message.Stride : patch / 2;
        return faults.Within($"{field}.stride", stride, MinStride, patch) ? new Occlusion(patch, stride) : null;
    }

    private static FieldDescriptor FieldOf(IExplanationMethod method) =>
        Protos.V1.ExplanationMethod.Descriptor.FindFieldByName(method.Name.Replace('-', '_'));

    private static IntegratedGradients? Gradients(Protos.V1.IntegratedGradients message, string field, Violations faults)
    {
        var steps = message.HasStepCount ? message.StepCount : IntegratedGradients.DefaultSteps;
        return faults.Within($"{field}.step_count", steps, 1, MaxPasses) ? new IntegratedGradients(steps) : null;
    }

    private static SmoothGrad? Smooth(Protos.V1.SmoothGrad message, string field, Violations faults)
    {
        var samples = message.HasSampleCount ? message.SampleCount : SmoothGrad.DefaultSamples;
        var noise = message.HasNoiseShare ? message.NoiseShare : SmoothGrad.DefaultNoise;
        var isRight = faults.Within($"{field}.sample_count", samples, 1, MaxPasses);
        isRight &= faults.Within($"{field}.noise_share", noise, 0, 1);
        return isRight ? new SmoothGrad(samples, noise, message.Seed) : null;
    }
}
