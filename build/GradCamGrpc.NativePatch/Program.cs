using GradCamGrpc.NativePatch;

// Usage: GradCamGrpc.NativePatch SOURCE DESTINATION
// Writes SOURCE to DESTINATION with its need for GLIBCXX_3.4.32 marked weak; the only symbol of that version there is a marker that
// newer compilers emit and nobody calls. DESTINATION may be a link to SOURCE: it is replaced, never written through.
if (args is not [var source, var destination])
{
    Console.Error.WriteLine("usage: GradCamGrpc.NativePatch SOURCE DESTINATION");
    return 2;
}

var library = File.ReadAllBytes(source);
ElfVersionNeeds.Weaken(library, "GLIBCXX_3.4.32", new HashSet<string> { "_ZSt21ios_base_library_initv" });

if (!File.Exists(destination) || new FileInfo(destination).LinkTarget is not null || !File.ReadAllBytes(destination).SequenceEqual(library))
{
    // A process may have the old file mapped: a new file takes its name, the old bytes stay as they were.
    var fresh = destination + ".new";
    File.WriteAllBytes(fresh, library);
    File.Move(fresh, destination, overwrite: true);
}
return 0;
