namespace GradCamGrpc.Server.Requests;

/// <summary>Bounds the pixels that are decoded at a time: a small file may hold a huge photo, and it stays until its pictures are drawn.</summary>
/// <param name="most">Pixels of all photos together. A photo that is larger is let in alone.</param>
internal sealed class PixelBudget(long most)
{
    private readonly Lock _gate = new();
    private long _taken;

    /// <summary>Takes a photo's share.</summary>
    /// <returns>Gives the share back when it is disposed; null where there is none left.</returns>
    public IDisposable? TryTake(long pixels)
    {
        lock (_gate)
        {
            if (_taken > 0 && _taken + pixels > most)
                return null;
            _taken += pixels;
        }
        return new Share(this, pixels);
    }

    private sealed class Share(PixelBudget budget, long pixels) : IDisposable
    {
        private bool _isReturned;

        public void Dispose()
        {
            lock (budget._gate)
            {
                if (!_isReturned)
                    budget._taken -= pixels;
                _isReturned = true;
            }
        }
    }
}
