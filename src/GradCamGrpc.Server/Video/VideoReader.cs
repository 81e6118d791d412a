using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Video;

/// <summary>Checks the settings of a stream of frames.</summary>
internal sealed class VideoReader(RequestReader reader, PhotoReader photos, ResponseWriter writer)
{
    private const int MaxStep = 10_000;
    private const int MaxSteadyFrames = 1000;
    private const int DefaultSteadyFrames = 3;
    private const double DefaultMargin = 0.1;
    private const double DefaultMotionThreshold = 0.2;

    private static readonly TimeSpan ShortestDeadline = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromHours(1);

    /// <param name="settings">The settings.</param>
    /// <param name="caller">Who asks.</param>
    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer or label.</exception>
    public VideoPlan Read(VideoSettings settings, Caller caller)
    {
        var faults = new Violations();
        var choice = Choice(settings, faults);
        var deadline = Deadline(settings.FrameDeadline, faults);
        var request = settings.Request ?? new ClassificationServiceExplainRequest();
        var followed = Followed(settings.ClassHysteresis, request.Targets.Count, faults);
        var steadiness = ReadSteadiness(settings, faults);
        var faultsOfPart = faults.Of("settings.request");
        var model = reader.Model(settings.Model, faults, "settings.model");
        var query = RequestReader.ReadPart(request, model, model?.Preprocessor, faultsOfPart);
        if (request.LabelImages.Count > 0)
            faultsOfPart.Invalid("label_images", "frames have none");
        faults.ThrowIfAny();
        if (followed is not null)
            query = query! with { Targets = [followed] };
        return new VideoPlan(choice, deadline, new FrameExplainer(query!, caller, steadiness, photos, writer));
    }

    private static FrameChoice Choice(VideoSettings settings, Violations faults)
    {
        const string Step = "settings.frame_step";
        switch (settings.Policy)
        {
            case FramePolicy.EveryNth:
                if (!settings.HasFrameStep)
                    faults.Invalid(Step, $"it is missing: every how many frames one is answered, 1 to {MaxStep}");
                else if (faults.Within(Step, settings.FrameStep, 1, MaxStep))
                    return FrameChoice.EveryNth(settings.FrameStep);
                return FrameChoice.Every;
            case FramePolicy.Unspecified or FramePolicy.EveryFrame or FramePolicy.LatestWins:
                if (settings.HasFrameStep)
                    faults.Invalid(Step, "it is for FRAME_POLICY_EVERY_NTH alone");
                return settings.Policy is FramePolicy.LatestWins ? FrameChoice.Latest : FrameChoice.Every;
            default:
                faults.Invalid("settings.policy", $"{(int)settings.Policy} is no policy");
                return FrameChoice.Every;
        }
    }

    private static TimeSpan? Deadline(Duration? message, Violations faults)
    {
        if (message is null)
            return null;
        var isTime = message.Seconds >= 0 && message.Seconds <= LongestDeadline.TotalSeconds && message.Nanos is >= 0 and < 1_000_000_000;
        var deadline = isTime ? message.ToTimeSpan() : TimeSpan.Zero;
        if (deadline < ShortestDeadline || deadline > LongestDeadline)
            faults.Invalid("settings.frame_deadline", "it is not from 1 ms to 1 hour");
        return deadline;
    }

    /// <summary>The class that is followed; null where targets say what is explained.</summary>
    private static TargetChoice.Followed? Followed(ClassHysteresis? message, int targets, Violations faults)
    {
        const string Field = "settings.class_hysteresis";
        message ??= new ClassHysteresis();
        var margin = message.HasMargin ? message.Margin : DefaultMargin;
        var frames = message.HasFrameCount ? message.FrameCount : DefaultSteadyFrames;
        faults.Within($"{Field}.margin", margin, 0, 1);
        faults.Within($"{Field}.frame_count", frames, 1, MaxSteadyFrames);
        if (targets > 0)
        {
            if (message.HasMargin || message.HasFrameCount)
                faults.Invalid(Field, "no class is followed where the request has targets");
            return null;
        }
        var steady = new SteadyClass(margin, frames);
        return new TargetChoice.Followed(logits => steady.Next(Ranking.Softmax(logits)));
    }

    private static Steadiness ReadSteadiness(VideoSettings settings, Violations faults)
    {
        double? smoothing = settings.HasSmoothingFactor ? settings.SmoothingFactor : null;
        var motion = settings.HasMotionThreshold ? settings.MotionThreshold : DefaultMotionThreshold;
        double? keyframe = settings.HasKeyframeThreshold ? settings.KeyframeThreshold : null;
        if (faults.Within("settings.smoothing_factor", smoothing ?? 1, 0, 1) && smoothing == 0)
            faults.Invalid("settings.smoothing_factor", "0 would keep the first map for ever; 1 smooths nothing");
        faults.Within("settings.motion_threshold", motion, 0, 1);
        faults.Within("settings.keyframe_threshold", keyframe ?? 0, 0, 1);
        return new Steadiness(smoothing, motion, keyframe);
    }
}
