namespace GradCamGrpc.Server.Tests;

/// <summary>Text as it is after an accident.</summary>
internal static class DamagedText
{
    /// <summary>A text that ends early, or of which a few characters are gone, others or there twice.</summary>
    public static string Of(string whole, Random random)
    {
        if (random.Next(3) == 0)
            return whole[..random.Next(whole.Length)];
        var text = whole.ToList();
        for (var n = random.Next(1, 5); n > 0 && text.Count > 1; n--)
        {
            var at = random.Next(text.Count);
            switch (random.Next(3))
            {
                case 0:
                    text.RemoveAt(at);
                    break;
                case 1:
                    text.Insert(at, text[at]);
                    break;
                default:
                    text[at] = (char)random.Next(32, 127);
                    break;
            }
        }
        return new string([.. text]);
    }
}
