using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>One slot of a session: tensors over the request's own memory, bound once.</summary>
internal sealed class OnnxProgram : IModelProgram
{
    private readonly InferenceSession session;
    private readonly RequestBuffer inputs;
    private readonly RequestBuffer outputs;
    private readonly OrtIoBinding binding;
    private readonly RunOptions options; // Of all slots, so that all can be ended at once.
    private readonly List<OrtValue> values = [];
    private readonly List<(int Tensor, OrtValue Value)> textInputs = [];
    private readonly List<(int Tensor, string Name)> ownOutputs = []; // Which the library makes, and are copied out after each run.

    public OnnxProgram(InferenceSession session, RunOptions options, RequestBuffer inputs, RequestBuffer outputs)
    {
        this.session = session;
        this.options = options;
        this.inputs = inputs;
        this.outputs = outputs;
        binding = session.CreateIoBinding();
        try
        {
            BindAll();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Run()
    {
        foreach (var (tensor, value) in CollectionsMarshal.AsSpan(textInputs))
        {
            var texts = inputs.Texts(tensor);
            for (var i = 0; i < texts.Length; i++)
            {
                value.StringTensorSetElementAt(texts[i].AsSpan(), i);
            }
        }
        foreach (var (tensor, name) in CollectionsMarshal.AsSpan(ownOutputs))
        {
            if (outputs.Layout.Tensors[tensor].IsVariable)
            {
                binding.BindOutputToDevice(name, OrtMemoryInfo.DefaultInstance); // Else the last run's memory is used again, whose shape may be another.
            }
        }
        session.RunWithBinding(options, binding);
        if (ownOutputs.Count > 0)
        {
            CopyOut();
        }
    }

    public void Dispose()
    {
        binding.Dispose();
        foreach (var value in values)
        {
            value.Dispose();
        }
    }

    private void BindAll()
    {
        for (var i = 0; i < inputs.Layout.Tensors.Count; i++)
        {
            var tensor = inputs.Layout.Tensors[i];
            if (tensor.Type == DataType.String)
            {
                var texts = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, Shape(tensor, inputs.Rows));
                values.Add(texts);
                textInputs.Add((i, texts));
                binding.BindInput(tensor.Name, texts);
                continue;
            }
            binding.BindInput(tensor.Name, Over(tensor, inputs, i));
        }
        for (var i = 0; i < outputs.Layout.Tensors.Count; i++)
        {
            var tensor = outputs.Layout.Tensors[i];
            if (tensor.Type == DataType.String || tensor.IsVariable)
            {
                binding.BindOutputToDevice(tensor.Name, OrtMemoryInfo.DefaultInstance);
                ownOutputs.Add((i, tensor.Name));
                continue;
            }
            binding.BindOutput(tensor.Name, Over(tensor, outputs, i));
        }
    }

    private OrtValue Over(TensorSlot tensor, RequestBuffer buffer, int index)
    {
        var bytes = (long)buffer.Rows * tensor.Elements * ElementTypes.SizeOf(tensor.Type);
        var value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance,
            OnnxTypes.ToElementType(tensor.Type),
            Shape(tensor, buffer.Rows),
            buffer.Tensors[index],
            bytes
        );
        values.Add(value);
        return value;
    }

    private static long[] Shape(TensorSlot tensor, int rows)
    {
        var shape = (long[])tensor.Dimensions.Clone();
        if (shape.Length > 0)
        {
            shape[0] = rows;
        }

        return shape;
    }

    private void CopyOut()
    {
        var names = binding.GetOutputNames();
        using var results = binding.GetOutputValues();
        foreach (var (index, name) in ownOutputs)
        {
            var value = results[Array.IndexOf(names, name)];
            var tensor = outputs.Layout.Tensors[index];
            if (!tensor.IsVariable)
            {
                ReadTexts(value, outputs.Texts(index));
                continue;
            }

            var shape = value.GetTensorTypeAndShape().Shape;
            if (tensor.Type == DataType.String)
            {
                var texts = new string?[checked((int)NamedTensor.CountOf(shape))];
                ReadTexts(value, texts);
                outputs.SetLate(index, new(shape, outputs.Rows, texts));
            }
            else
            {
                outputs.SetLate(index, new(shape, outputs.Rows, ElementTypes.SizeOf(tensor.Type), value.GetTensorMutableRawData()));
            }
        }
    }

    private static void ReadTexts(OrtValue value, string?[] texts)
    {
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = value.GetStringElement(i);
        }
    }
}
