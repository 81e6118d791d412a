using GradCamGrpc.Training.Metrics;

namespace GradCamGrpc.Training.Answers;

/// <summary>How many questions of a kind are answered rightly: each figure the share, 0 to 1, with its interval.</summary>
/// <param name="Kind">The kind; <c>all</c> for all of them.</param>
/// <param name="QuestionCount">How many questions.</param>
/// <param name="Known">The share whose true answer the head knows at all: more cannot be right.</param>
/// <param name="Photo">With the photo that the question is about.</param>
/// <param name="OtherPhoto">With another photo.</param>
/// <param name="NoPhoto">With none.</param>
/// <param name="QuestionsOnly">By a model that has never seen a photo; null where there is none.</param>
public sealed record AnswerKind(
    string Kind,
    int QuestionCount,
    double Known,
    BootstrapInterval Photo,
    BootstrapInterval OtherPhoto,
    BootstrapInterval NoPhoto,
    BootstrapInterval? QuestionsOnly);
