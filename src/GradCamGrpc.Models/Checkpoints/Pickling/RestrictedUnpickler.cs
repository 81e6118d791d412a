using System.Numerics;

namespace GradCamGrpc.Models.Checkpoints.Pickling;

/// <summary>
/// Reads a pickle that can speak of tensors, dictionaries, lists, tuples and plain values, and of nothing else. A pickle is a
/// program for a stack machine; this machine has no instruction that reaches outside it.
/// </summary>
/// <remarks>Values are null, bool, long, BigInteger, double, string, List&lt;object?&gt; and the types of this folder.</remarks>
internal sealed class RestrictedUnpickler
{
    /// <summary>Torch has no tensors of more.</summary>
    private const int MaxDimensions = 64;

    private const int MaxProtocol = 5;

    /// <summary>Values on the stack at a time, and marks. Python writes dictionaries a thousand entries at a time.</summary>
    private const int MaxStack = 1 << 16;

    /// <summary>Values kept to be named again: about ten for each tensor.</summary>
    private const int MaxMemo = 1 << 20;

    /// <summary>Values pushed in all, which bounds the memory of everything built.</summary>
    private const int MaxValues = 1 << 22;

    /// <summary>All that a pickle may name, as module and name; a storage's marker is its element type.</summary>
    private static readonly Dictionary<string, object> Globals = new(StringComparer.Ordinal)
    {
        ["collections OrderedDict"] = PickleFunction.OrderedDict,
        ["torch._utils _rebuild_tensor_v2"] = PickleFunction.RebuildTensor,
        ["torch._utils _rebuild_parameter"] = PickleFunction.RebuildParameter,
        ["torch BoolStorage"] = ElementType.BOOL,
        ["torch ByteStorage"] = ElementType.U8,
        ["torch CharStorage"] = ElementType.I8,
        ["torch ShortStorage"] = ElementType.I16,
        ["torch IntStorage"] = ElementType.I32,
        ["torch LongStorage"] = ElementType.I64,
        ["torch HalfStorage"] = ElementType.F16,
        ["torch BFloat16Storage"] = ElementType.BF16,
        ["torch FloatStorage"] = ElementType.F32,
        ["torch DoubleStorage"] = ElementType.F64,
    };

    private readonly PickleReader _reader;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private int _pushed;

    private RestrictedUnpickler(PickleReader reader) => _reader = reader;

    /// <summary>The value that a pickle holds.</summary>
    /// <param name="file">The file's name, for error messages.</param>
    /// <param name="pickle">The whole pickle.</param>
    /// <exception cref="CheckpointException">The pickle is damaged, or asks for what it may not have.</exception>
    public static object? Read(string file, byte[] pickle) => new RestrictedUnpickler(new PickleReader(file, pickle)).Run();

    private object? Run()
    {
        while (true)
        {
            var opcode = (PickleOpcode)_reader.ReadByte();
            if (opcode == PickleOpcode.STOP)
                return Result();
            Execute(opcode);
        }
    }

    private object? Result()
    {
        var result = Pop();
        if (_stack.Count > 0 || _marks.Count > 0)
            throw _reader.Fault("it ends with more than one value");
        if (_reader.Remaining > 0)
            throw _reader.Fault("it goes on after its end");
        return result;
    }

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.PROTO:
                CheckProtocol(_reader.ReadByte());
                break;
            case PickleOpcode.FRAME:
                CheckFrame(_reader.ReadUInt64());
                break;

            case PickleOpcode.NONE:
                Push(null);
                break;
            case PickleOpcode.NEWTRUE:
                Push(true);
                break;
            case PickleOpcode.NEWFALSE:
                Push(false);
                break;
            case PickleOpcode.BININT:
                Push((long)_reader.ReadInt32());
                break;
            case PickleOpcode.BININT1:
                Push((long)_reader.ReadByte());
                break;
            case PickleOpcode.BININT2:
                Push((long)_reader.ReadUInt16());
                break;
            case PickleOpcode.LONG1:
                PushInteger(_reader.ReadInteger(_reader.ReadByte()));
                break;
            case PickleOpcode.BINFLOAT:
                Push(_reader.ReadDouble());
                break;
            case PickleOpcode.SHORT_BINUNICODE:
                Push(_reader.ReadText(_reader.ReadByte()));
                break;
            case PickleOpcode.BINUNICODE:
                Push(_reader.ReadText(_reader.ReadUInt32()));
                break;

            case PickleOpcode.EMPTY_TUPLE:
                PushTuple(0);
                break;
            case PickleOpcode.TUPLE1:
                PushTuple(1);
                break;
            case PickleOpcode.TUPLE2:
                PushTuple(2);
                break;
            case PickleOpcode.TUPLE3:
                PushTuple(3);
                break;
            case PickleOpcode.TUPLE:
                Push(new PickledTuple(PopToMark()));
                break;
            case PickleOpcode.EMPTY_LIST:
                Push(new List<object?>());
                break;
            case PickleOpcode.APPEND:
                Append([Pop()]);
                break;
            case PickleOpcode.APPENDS:
                Append(PopToMark());
                break;
            case PickleOpcode.EMPTY_DICT:
                Push(new PickledDictionary(isOrdered: false));
                break;
            case PickleOpcode.SETITEM:
                SetItems(PopMany(2));
                break;
            case PickleOpcode.SETITEMS:
                SetItems(PopToMark());
                break;

            case PickleOpcode.MARK:
                Mark();
                break;
            case PickleOpcode.BINPUT:
                Remember(_reader.ReadByte());
                break;
            case PickleOpcode.LONG_BINPUT:
                Remember(_reader.ReadUInt32());
                break;
            case PickleOpcode.MEMOIZE:
                Remember((uint)_memo.Count);
                break;
            case PickleOpcode.BINGET:
                Recall(_reader.ReadByte());
                break;
            case PickleOpcode.LONG_BINGET:
                Recall(_reader.ReadUInt32());
                break;

            case PickleOpcode.GLOBAL:
                PushGlobal(_reader.ReadLine(), _reader.ReadLine());
                break;
            case PickleOpcode.STACK_GLOBAL:
                PushStackGlobal(PopMany(2));
                break;
            case PickleOpcode.BINPERSID:
                PushStorage(Pop());
                break;
            case PickleOpcode.REDUCE:
                PushCall(PopMany(2));
                break;
            case PickleOpcode.BUILD:
                IgnoreState(Pop());
                break;

            default:
                throw _reader.Fault($"the opcode {opcode} (0x{(byte)opcode:x2}) is not one that a state dict needs");
        }
    }

    private void CheckProtocol(byte protocol)
    {
        if (protocol > MaxProtocol)
            throw _reader.Fault($"the protocol is {protocol}; known are those up to {MaxProtocol}");
    }

    private void CheckFrame(ulong length)
    {
        if (length > (ulong)_reader.Remaining)
            throw _reader.Fault($"a frame of {length} bytes ends behind the pickle");
    }

    private void PushInteger(BigInteger number) =>
        Push(number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number);

    private void PushTuple(int count) => Push(new PickledTuple(PopMany(count)));

    private void Append(object?[] values)
    {
        if (Top() is not List<object?> list)
            throw _reader.Fault($"values are appended to {PickledValue.Describe(Top())}");
        list.AddRange(values);
    }

    private void SetItems(object?[] keysAndValues)
    {
        if (Top() is not PickledDictionary dictionary)
            throw _reader.Fault($"entries are set in {PickledValue.Describe(Top())}");
        if (keysAndValues.Length % 2 != 0)
            throw _reader.Fault("a key has no value");
        for (var i = 0; i < keysAndValues.Length; i += 2)
            dictionary.Entries.Add((keysAndValues[i], keysAndValues[i + 1]));
    }

    private void PushStackGlobal(object?[] moduleAndName)
    {
        if (moduleAndName is not [string module, string name])
            throw _reader.Fault("a global's module and name are not texts");
        PushGlobal(module, name);
    }

    private void PushGlobal(string module, string name)
    {
        if (module.Length > PickledValue.MaxNameLength || name.Length > PickledValue.MaxNameLength)
            throw _reader.Fault($"a global has a name of more than {PickledValue.MaxNameLength} characters");
        if (!Globals.TryGetValue($"{module} {name}", out var marker))
            throw _reader.Fault($"the global '{module} {name}' is not one that a state dict needs");
        Push(marker);
    }

    private void PushStorage(object? id)
    {
        if (id is not PickledTuple(["storage", ElementType type, string key, string, long count])
            || key.Length > PickledValue.MaxNameLength || count < 0)
        {
            throw _reader.Fault("a persistent id is not ('storage', type, key, location, number of elements)");
        }
        Push(new PickledStorage(type, key, count));
    }

    private void PushCall(object?[] functionAndArguments) => Push(functionAndArguments switch
    {
        [PickleFunction.OrderedDict, PickledTuple([])] => new PickledDictionary(isOrdered: true),
        [PickleFunction.RebuildTensor,
            PickledTuple([PickledStorage storage, long offset, PickledTuple shape, PickledTuple strides, bool, _, .. var more])]
            when HasNoMeaning(more) => new PickledTensor(storage, offset, Sides(shape), Sides(strides)),
        [PickleFunction.RebuildParameter, PickledTuple([PickledTensor tensor, bool, _])] => tensor,
        [PickleFunction function, _] => throw _reader.Fault($"{function} is called with arguments that it does not take"),
        _ => throw _reader.Fault($"{PickledValue.Describe(functionAndArguments[0])} is called, which is no function"),
    });

    /// <summary>The seventh argument tells of views that negate or conjugate, to be read wrong; None and {} tell of nothing.</summary>
    private static bool HasNoMeaning(object?[] metadata) => metadata is [] or [null] or [PickledDictionary { Entries: [] }];

    private long[] Sides(PickledTuple numbers)
    {
        if (numbers.Items.Length > MaxDimensions)
            throw _reader.Fault($"a tensor has {numbers.Items.Length} dimensions; {MaxDimensions} are the most");
        if (!numbers.Items.All(number => number is long))
            throw _reader.Fault("a tensor's shape and strides are not whole numbers");
        return [.. numbers.Items.Cast<long>()];
    }

    /// <summary>A state dict keeps versions of its modules as an attribute; nothing here asks for them.</summary>
    private void IgnoreState(object? state)
    {
        if (Top() is not PickledDictionary { IsOrdered: true } || state is not PickledDictionary)
            throw _reader.Fault($"{PickledValue.Describe(Top())} is given a state; only an OrderedDict may have one");
    }

    private void Push(object? value)
    {
        if (_stack.Count == MaxStack)
            throw _reader.Fault($"the stack has more than {MaxStack} values");
        if (_pushed++ == MaxValues)
            throw _reader.Fault($"it has more than {MaxValues} values");
        _stack.Add(value);
    }

    private object? Pop() => PopMany(1)[0];

    private object? Top()
    {
        CheckDepth(1);
        return _stack[^1];
    }

    private object?[] PopMany(int count)
    {
        CheckDepth(count);
        return TakeFrom(_stack.Count - count);
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0)
            throw _reader.Fault("a mark is missing");
        return TakeFrom(_marks.Pop());
    }

    private object?[] TakeFrom(int start)
    {
        object?[] values = [.. _stack[start..]];
        _stack.RemoveRange(start, values.Length);
        return values;
    }

    /// <summary>Values below the last mark are out of reach.</summary>
    private void CheckDepth(int count)
    {
        var floor = _marks.Count > 0 ? _marks.Peek() : 0;
        if (_stack.Count - floor < count)
            throw _reader.Fault("a value is missing from the stack");
    }

    private void Mark()
    {
        if (_marks.Count == MaxStack)
            throw _reader.Fault($"the stack has more than {MaxStack} marks");
        _marks.Push(_stack.Count);
    }

    private void Remember(uint index)
    {
        _memo[index] = Top();
        if (_memo.Count > MaxMemo)
            throw _reader.Fault($"it remembers more than {MaxMemo} values");
    }

    private void Recall(uint index)
    {
        if (!_memo.TryGetValue(index, out var value))
            throw _reader.Fault($"it recalls value {index}, which it never remembered");
        Push(value);
    }
}
