using System.Globalization;
using Google.Protobuf.Reflection;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Http;

/// <summary>Compares what stands behind the question mark of an address with the fields that are read from there.</summary>
internal static class QueryFields
{
    /// <summary>Tells of every field that is not read.</summary>
    /// <param name="query">The query.</param>
    /// <param name="message">The message whose fields stand in the query; null where they all stand in the body.</param>
    /// <param name="faults">Told of them.</param>
    public static void Check(IQueryCollection query, MessageDescriptor? message, Violations faults)
    {
        foreach (var (name, values) in query)
        {
            var field = message?.Fields.InDeclarationOrder().FirstOrDefault(known => known.Name == name || known.JsonName == name);
            var path = Text.Quoted(name);
            if (message is null)
                faults.Invalid(path, "nothing is read from the address: its place is the body");
            else if (field is null)
                faults.Invalid(path, $"there is no such field{Suggestions.Hint(name, message.Fields.InDeclarationOrder().Select(known => known.Name))}");
            else if (values.Count > 1)
                faults.Invalid(field.Name, "it is there twice");
            else if (field.FieldType == FieldType.Int32 && !int.TryParse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                faults.Invalid(field.Name, $"'{Text.Quoted(values.ToString())}' is not a whole number from {int.MinValue} to {int.MaxValue}");
        }
    }
}
