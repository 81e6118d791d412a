namespace GradCamGrpc.Batching;

/// <summary>Whether a request is taken. It looks at nothing but its arguments.</summary>
internal static class AdmissionPolicy
{
    /// <summary>
    /// A client may have this many times what is left of the queue, so that there is always room for another (dynamic thresholds, Choudhury
    /// and Hahne 1998): one alone has four fifths.
    /// </summary>
    private const int ShareOfWhatIsLeft = 4;

    private static readonly TimeSpan LeastRetry = TimeSpan.FromMilliseconds(1);

    /// <returns>Why it is not taken; null where it is.</returns>
    public static Refusal? Decide(QueueLimits limits, in AdmissionSnapshot arrival)
    {
        var (itemsLeft, bytesLeft) = (limits.Capacity - arrival.Waiting, limits.MaxBytes - arrival.WaitingBytes);

        // Where nothing waits anything is let in: what exceeds the limits by itself would else never be.
        if (arrival.Waiting > 0)
        {
            if (arrival.Items > itemsLeft)
                return Refuse(RefusalReason.Items, arrival.TimeToEmpty);
            if (arrival.Bytes > bytesLeft)
                return Refuse(RefusalReason.Bytes, arrival.TimeToEmpty);
            if (arrival.ClientWaiting + arrival.Items > (long)ShareOfWhatIsLeft * itemsLeft
                || (arrival.ClientBytes + arrival.Bytes) / ShareOfWhatIsLeft > bytesLeft)
            {
                return Refuse(RefusalReason.Share, arrival.TimeToEmpty);
            }
        }

        // A worker that has nothing to do may as well try: what it takes may have changed.
        if (arrival is { Waiting: 0, IsResting: true })
            return null;
        if (arrival.TimeToDeadline < arrival.Wait + arrival.Run)
            return Refuse(RefusalReason.Deadline, arrival.Wait + arrival.Run - arrival.TimeToDeadline.Value);
        if (arrival.IsStanding && arrival.Wait > arrival.TargetWait)
            return Refuse(RefusalReason.Standing, arrival.Wait - arrival.TargetWait);
        return null;
    }

    private static Refusal Refuse(RefusalReason reason, TimeSpan retryAfter) => new(reason, retryAfter > LeastRetry ? retryAfter : LeastRetry);
}
