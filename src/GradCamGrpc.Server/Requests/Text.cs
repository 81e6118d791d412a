namespace GradCamGrpc.Server.Requests;

/// <summary>Texts of clients, at a length that suits a message.</summary>
internal static class Text
{
    private const int QuotedLength = 64;

    /// <summary>The first characters, none of them cut in half.</summary>
    public static string Start(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    /// <summary>What a client wrote, for an error that quotes it.</summary>
    public static string Quoted(string text) => text.Length <= QuotedLength ? text : $"{Start(text, QuotedLength)}…";
}
