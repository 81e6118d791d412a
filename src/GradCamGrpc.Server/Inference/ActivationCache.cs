using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace GradCamGrpc.Server.Inference;

/// <summary>Keeps what networks said of photos, for when they are asked about again: so many bytes, the least recently used goes first.</summary>
/// <remarks>Any thread may use it. Only what a pass has finished gets in; who leaves before leaves nothing behind.</remarks>
/// <param name="capacity">Bytes at most; 0 to keep nothing.</param>
internal sealed class ActivationCache(long capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ActivationKey, LinkedListNode<(ActivationKey Key, KeptPhoto Photo)>> _photos = [];

    /// <summary>The most recently used first.</summary>
    private readonly LinkedList<(ActivationKey Key, KeptPhoto Photo)> _byUse = new();

    private long _bytes;

    /// <summary>Whether it may keep a photo of so many bytes.</summary>
    public bool CanKeep(long bytes) => bytes <= capacity;

    /// <summary>Bytes of what it keeps.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
                return _bytes;
        }
    }

    /// <summary>Looks a photo up, which counts as a use.</summary>
    public bool TryGet(ActivationKey key, [NotNullWhen(true)] out KeptPhoto? photo)
    {
        lock (_lock)
        {
            if (!_photos.TryGetValue(key, out var node))
            {
                photo = null;
                return false;
            }
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            photo = node.Value.Photo;
            return true;
        }
    }

    /// <summary>Keeps a photo, in the place of what it kept under that key; one that is larger than everything it may keep it does not.</summary>
    public void Keep(ActivationKey key, KeptPhoto photo)
    {
        lock (_lock)
        {
            if (_photos.TryGetValue(key, out var before))
                Drop(before);
            if (!CanKeep(photo.Bytes))
                return;
            while (_bytes + photo.Bytes > capacity)
                Drop(_byUse.Last!);
            _photos[key] = _byUse.AddFirst((key, photo));
            _bytes += photo.Bytes;
            AssertInvariants();
        }
    }

    /// <summary>Drops what was kept for a network.</summary>
    /// <param name="network">As keys have it.</param>
    public void Forget(string network)
    {
        lock (_lock)
        {
            foreach (var kept in _photos.Where(pair => pair.Key.Network == network).Select(pair => pair.Value).ToArray())
                Drop(kept);
            AssertInvariants();
        }
    }

    private void Drop(LinkedListNode<(ActivationKey Key, KeptPhoto Photo)> node)
    {
        _byUse.Remove(node);
        _photos.Remove(node.Value.Key);
        _bytes -= node.Value.Photo.Bytes;
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_bytes <= capacity, "more is kept than may be");
        Debug.Assert(_photos.Count == _byUse.Count, "a photo is in one of the two only");
        Debug.Assert(_bytes == _byUse.Sum(kept => kept.Photo.Bytes), "the bytes do not add up");
    }
}
