using System.Text;

namespace GradCamGrpc.Explain.Localization;

/// <summary>The text that COCO compresses <see cref="RunLengths"/> to (<c>rleToString</c> and <c>rleFrString</c> of its maskApi.c).</summary>
/// <remarks>
/// Like signed LEB128, in six bits a character, from '0' on: five bits of the number, the lowest first, and one that says whether more
/// follow. From the fourth run on it is the difference to the run before the last that is written.
/// </remarks>
public static class RunLengthText
{
    private const int Bits = 5;
    private const int Payload = 0x1f;
    private const int Sign = 0x10;
    private const int More = 0x20;
    private const int FirstCharacter = '0';

    /// <summary>Beyond these many characters a number exceeds an int by far.</summary>
    private const int MaxCharacters = 8;

    /// <summary>The first run that is written as a difference.</summary>
    private const int FirstDifference = 3;

    /// <summary>Compresses counts.</summary>
    public static string Write(IReadOnlyList<int> counts)
    {
        var text = new StringBuilder();
        for (var i = 0; i < counts.Count; i++)
        {
            var left = (long)counts[i] - (i >= FirstDifference ? counts[i - 2] : 0);
            bool isMore;
            do
            {
                var piece = (int)(left & Payload);
                left >>= Bits;

                // The last piece's highest bit is the sign: a number whose own bit there says otherwise needs one piece more.
                isMore = left != ((piece & Sign) != 0 ? -1 : 0);
                text.Append((char)(FirstCharacter + (isMore ? piece | More : piece)));
            }
            while (isMore);
        }
        return text.ToString();
    }

    /// <summary>Restores counts.</summary>
    /// <exception cref="FormatException">The text has other characters, ends within a number, or a number is no count.</exception>
    public static IReadOnlyList<int> Read(string text)
    {
        var counts = new List<int>();
        for (var at = 0; at < text.Length;)
        {
            var number = ReadNumber(text, ref at) + (counts.Count >= FirstDifference ? counts[^2] : 0);
            if (number is < 0 or > int.MaxValue)
                throw new FormatException($"run {counts.Count} is {number}; it is a count of pixels");
            counts.Add((int)number);
        }
        return counts;
    }

    private static long ReadNumber(string text, ref int at)
    {
        var number = 0L;
        for (var shift = 0; ; shift += Bits)
        {
            if (at == text.Length)
                throw new FormatException("the text ends within a number");
            var piece = text[at] - FirstCharacter;
            if (piece is < 0 or > (More | Payload) || shift == MaxCharacters * Bits)
                throw new FormatException($"character {at} of the text continues no number");
            at++;
            number |= (long)(piece & Payload) << shift;
            if ((piece & More) == 0)
                return (piece & Sign) != 0 ? number | (-1L << (shift + Bits)) : number;
        }
    }
}
