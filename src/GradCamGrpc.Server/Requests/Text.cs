namespace GradCamGrpc.Server.Requests;

/// <summary>Texts of clients, at a length that suits a message.</summary>
internal static class Text
{
    /// <summary>The first characters, none of them cut in half.</summary>
    public static string Start(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}
