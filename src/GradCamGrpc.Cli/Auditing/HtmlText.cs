using System.Globalization;
using System.Net;
using System.Text;

namespace GradCamGrpc.Cli.Auditing;

/// <summary>HTML that is put together line by line. What stands in a line's holes is text, never markup: it is escaped.</summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _text = new();

    /// <param name="markup">A line; its holes may stand between tags and in quoted attributes.</param>
    public void Add(FormattableString markup)
    {
        object[] escaped = [.. markup.GetArguments().Select(hole => WebUtility.HtmlEncode(Convert.ToString(hole, CultureInfo.InvariantCulture)) ?? "")];
        _text.AppendFormat(CultureInfo.InvariantCulture, markup.Format, escaped).Append('\n');
    }

    /// <param name="trusted">A style sheet of our own.</param>
    public void AddStyle(string trusted) => _text.Append("<style>\n").Append(trusted).Append("</style>\n");

    public override string ToString() => _text.ToString();
}
