using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Imaging;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Comparison;

/// <summary>Explains a photo, changes it, and explains it again.</summary>
internal static class PhotoAttacker
{
    /// <param name="request">What is asked.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="place">A place for the first of three requests.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <returns>The answers before and after; the second one's photo is the caller's to dispose of.</returns>
    public static async Task<AttackOutcome> RunAsync(
        CheckedPerturbRequest request, Photo photo, Reservation place, Caller caller, CancellationToken cancellation)
    {
        var (question, model) = (request.Question, request.Question.Model);
        var scale = new PixelScale(model.Manifest.Preprocessing.Mean, model.Manifest.Preprocessing.Std);
        using var second = model.Reserve(caller, question.View);
        var spare = photo with { Input = photo.Input.Copy() };

        // Where the photo cannot be explained, nobody waits for the attack, nor the other way round.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var explained = place.Submit(photo, question, stop.Token);
        var attack = second.Inspect<AttackedPhoto>(spare, inspected => [request.Attack.On(inspected, scale, request.AttackedClass)], stop.Token);
        var explaining = AnsweredQuestion.OfAsync(question, photo, explained, stop.Token);
        var attacking = attack.Items.FirstAsync(stop.Token).AsTask();
        await JoinedTasks.WhenAllAsync([explaining, attacking], stop);
        var (before, attacked) = (await explaining, await attacking);

        // The network is asked about what is returned, in the way in which it is asked about any photo.
        var changed = Changed(attacked.Changed, model);
        try
        {
            var again = question with { Targets = [new TargetChoice.Class(attacked.ClassIndex, ScoreChoice.Logit)] };
            using var third = model.Reserve(caller, question.View);
            var explainedAgain = third.Submit(changed, again, cancellation);
            var after = await AnsweredQuestion.OfAsync(again, changed, explainedAgain, cancellation);
            return new AttackOutcome(attacked, before, after);
        }
        catch
        {
            changed.Dispose();
            throw;
        }
    }

    private static Photo Changed(EightBitImage image, ModelInstance model)
    {
        var pixels = new PixelBuffer(image.Width, image.Height);
        var from = image.Colours.Span;
        var to = pixels.Bytes;
        for (var pixel = 0; pixel < image.Width * image.Height; pixel++)
        {
            from.Slice(3 * pixel, 3).CopyTo(to[(PixelBuffer.Channels * pixel)..]);
            to[PixelBuffer.Channels * pixel + 3] = byte.MaxValue;
        }
        return new Photo(image.Width, image.Height, model.Preprocessor.PrepareResized(pixels), TimeSpan.Zero, new PhotoDrawing(pixels, Share: null));
    }
}
