using System.Text;
using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

internal static class Packages
{
    public static readonly AliasMoveReason Because = new(AliasMoveKind.Human, "A test says so.");

    public static ModelPackage Of(string content, params ModelFileContent[] more) =>
        ModelPackage.Create(
            new(ModelRuntime.Custom, "1"),
            new([new("x", DataType.Float32)], [new("y", DataType.Float32)]),
            [new("model.bin", ModelFileRole.Model, "application/octet-stream", Encoding.UTF8.GetBytes(content)), .. more]
        );
}
