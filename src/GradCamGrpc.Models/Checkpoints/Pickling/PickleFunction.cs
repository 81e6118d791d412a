namespace GradCamGrpc.Models.Checkpoints.Pickling;

/// <summary>The functions a pickle may name. They are markers: <see cref="RestrictedUnpickler"/> says what a call of one means.</summary>
internal enum PickleFunction
{
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
}
