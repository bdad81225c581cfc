using System.Text;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class CompositionRefusalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Misfits =>
        new()
        {
            { "types", "Node root/step 1:decide@v1: takes 'Score: float32', but root/step 0:step0@v1 gives 'Score: float64'." },
            { "inputs", "Node root/member 1:step0@v1: takes 'amount: float64', but others take 'amount: float32'." },
            { "unread", "Node root/step 0:scale@v1: no later step reads any of its outputs, x: float32;" },
            { "outputs", "Node root/member 1:say0@v1: gives 'Word: string', which root/member 0:step0@v1 does not." },
            { "missing", "Node root/member 1:say0@v1: does not give 'Margin: float32', as root/member 0:decide@v1 does." },
            { "rename", "Node root:scale@v1: has no input 'Row' to rename; it has Raw: float32." },
            { "same name", "Node root:step0@v1: has two outputs of one name: K: float64, K: int64." },
            { "no steps", "Node root: a sequence has at least one step." },
            { "no cases", "Node root: a switch has at least one case." },
            { "text of number", "Node root: compares 'K: int64' with texts." },
            { "fraction", "Node root: 'K: int64' is never 0.5." },
            { "weight", "Node root: has 1 members and the weights NaN; each member has one, finite and above 0." },
            { "deep", "nests its nodes at most 8 deep" },
            { "many", "at most 64 nodes" },
            { "deep by member", "nests its nodes at most 8 deep" },
        };

    [Theory]
    [MemberData(nameof(Misfits))]
    public async Task Nodes_that_do_not_fit_are_refused_when_they_are_composed(string what, string problem)
    {
        await using var host = ComposedTests.Start();
        if (what == "deep by member")
        {
            var inner = await ModelPackage.ComposeAsync(host.Models, Nested(7), Token);
            host.Packages.All[new("inner", 1)] = () => inner;
        }

        var thrown = await Assert.ThrowsAsync<InvalidModelPackageException>(() =>
            ModelPackage.ComposeAsync(host.Models, Node(what), Token)
        );
        Assert.Contains(problem, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_deepest_and_the_largest_are_taken()
    {
        await using var host = ComposedTests.Start();
        await ModelPackage.ComposeAsync(host.Models, Nested(8), Token);
        await ModelPackage.ComposeAsync(host.Models, ModelNode.Ensemble(Enumerable.Repeat(Step, 63)), Token);
    }

    public static TheoryData<string, string> Files =>
        new()
        {
            { "[]", "$: is Array, not an object" },
            { """{"root":{}}""", "$.format: is missing" },
            { """{"format":2,"root":{}}""", "$.format: is not 1" },
            { """{"format":1}""", "$.root: is missing" },
            { """{"format":1,"root":{"kind":"model"},"code":1}""", "$.code: is unknown; known are format, root" },
            { Root("3"), "$.root.kind: a node is an object" },
            { Root("""{"kind":"loop"}"""), "$.root.kind: a node is an object" },
            { Root("""{"kind":"model","model":"step0@v1"}"""), "$.root.digest: is missing" },
            { Root("""{"kind":"model","model":"step0@v1","digest":"abc"}"""), "$.root.digest: is no digest" },
            { Root("""{"kind":"model","model":"step0@champion","digest":"DIGEST"}"""), "$.root.model: is an alias" },
            { Root("""{"kind":"model","model":"step0","digest":"DIGEST"}"""), "$.root.model: 'step0' is not a model reference" },
            { Root("""{"kind":"model","model":"step0@v1","digest":"DIGEST","inputs":{"X":1}}"""), "$.root.inputs.X: is no text" },
            { Root("""{"kind":"model","model":"step0@v1","digest":"DIGEST","inputs":["X"]}"""), "$.root.inputs: is Array, not Object" },
            { Root("""{"kind":"model","model":"step0@v1","digest":"DIGEST","steps":[]}"""), "$.root.steps: is unknown" },
            { Root("""{"kind":"sequence"}"""), "$.root.steps: is missing" },
            { Root("""{"kind":"sequence","steps":[null]}"""), "$.root.steps[0].kind: a node is an object" },
            { Root("""{"kind":"ensemble","members":[MEMBER],"weights":["NaN"]}"""), "$.root.weights: is \"NaN\", no finite number" },
            { Root("""{"kind":"ensemble","members":[MEMBER],"weights":[1e999]}"""), "$.root.weights: is 1e999, no finite number" },
            { Root("""{"kind":"ensemble","members":[MEMBER],"weights":[-1]}"""), "finite and above 0" },
            { Root("""{"kind":"ensemble","members":[MEMBER],"weights":[1,1]}"""), "has 1 members and the weights 1, 1" },
            {
                Root("""{"kind":"switch","column":"K","cases":[{"equals":true,"node":MEMBER}],"otherwise":MEMBER}"""),
                "$.root.cases[0].equals: is true"
            },
            {
                Root("""{"kind":"switch","column":"K","cases":[{"node":MEMBER}],"otherwise":MEMBER}"""),
                "$.root.cases[0].equals: is missing"
            },
            { Root("""{"kind":"switch","column":"K","cases":[{"equals":1,"node":MEMBER}]}"""), "$.root.otherwise: is missing" },
            { Root("""{"kind":"switch","cases":[{"equals":1,"node":MEMBER}],"otherwise":MEMBER}"""), "$.root.column: is missing" },
            {
                Root(
                    """{"kind":"switch","column":"K","cases":[{"equals":1,"node":MEMBER},{"equals":"a","node":MEMBER}],"otherwise":MEMBER}"""
                ),
                "with texts or with numbers, not with both"
            },
            {
                Root(
                    """{"kind":"switch","column":"K","cases":[{"equals":1,"node":MEMBER},{"equals":1.0,"node":MEMBER}],"otherwise":MEMBER}"""
                ),
                "a case is there twice"
            },
            { Root(Wrap("MEMBER", 8)), "nests its nodes at most 8 deep" },
            { Root(Wrap("MEMBER", 3000)), "not valid JSON" },
            { Root($$"""{"kind":"ensemble","members":[{{string.Join(',', Enumerable.Repeat("MEMBER", 64))}}]}"""), "at most 64 nodes" },
            { Root("""{"kind":"model","model":"m@v1","digest":"DIGEST"}"""), "m@v1 contains itself, by way of m@v1" },
            { Root("""{"kind":"model","model":"loop@v1","digest":"LOOP"}"""), "m@v1 contains itself, by way of m@v1, loop@v1" },
            { Root("""{"kind":"model","model":"gone@v1","digest":"DIGEST"}"""), "A member of m@v1 is not there" },
            { Root("""{"kind":"model","model":"step1@v1","digest":"DIGEST"}"""), "Node root: step1@v1 is sha256:" },
            {
                Root("""{"kind":"model","model":"step0@v1","digest":"DIGEST","outputs":{"X":"Y"}}"""),
                "its outputs are X: float64, K: int64, not Y: float64, K: int64"
            },
        };

    [Theory]
    [MemberData(nameof(Files), DisableDiscoveryEnumeration = true)]
    public async Task A_file_that_is_no_composition_is_refused_when_it_is_loaded(string file, string problem)
    {
        await using var host = ComposedTests.Start();
        var loop = Package(host, Root("""{"kind":"model","model":"m@v1","digest":"DIGEST"}"""), string.Empty);
        host.Packages.All[new("loop", 1)] = () => loop;
        var package = Package(host, file, loop.Digest.ToString());
        var thrown = await Assert.ThrowsAsync<InvalidModelPackageException>(() => ComposedTests.LoadAsync(host, new(new("m", 1), package)));
        Assert.Contains(problem, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_composed_is_written_as_it_is_read()
    {
        await using var host = ComposedTests.Start();
        var node = ModelNode.Switch(
            "Carrier",
            new Dictionary<string, ModelNode>(StringComparer.Ordinal) { ["AA"] = ModelNode.Ensemble((Step, 2.0), (Step, 0.5)) },
            ModelNode.Switch("K", new Dictionary<double, ModelNode> { [-1] = Step }, ModelNode.Sequence(Step, Step))
        );
        var package = await ModelPackage.ComposeAsync(host.Models, node, Token);
        var bytes = await package.ReadAsync(CompositionFile.Path, Token);
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(CompositionFile.Write(CompositionFile.Read(bytes))));
        Assert.Equal(package.Digest, (await ModelPackage.ComposeAsync(host.Models, node, Token)).Digest);
        (await ComposedTests.LoadAsync(host, new(new("m", 1), package))).Dispose();
    }

    private static ModelNode Step => ModelNode.Model("step0@v1");

    private static ModelNode Node(string what) =>
        what switch
        {
            "types" => ModelNode.Sequence(
                ModelNode.Model("step0@v1", outputs: ComposedTests.Names(("X", "Score"))),
                ModelNode.Model("decide@v1")
            ),
            "inputs" => ModelNode.Ensemble(
                ModelNode.Model("say0@v1"),
                ModelNode.Model("step0@v1", inputs: ComposedTests.Names(("X", "amount")))
            ),
            "unread" => ModelNode.Sequence(ModelNode.Model("scale@v1"), ModelNode.Model("decide@v1")),
            "outputs" => ModelNode.Ensemble(Step, ModelNode.Model("say0@v1")),
            "missing" => ModelNode.Ensemble(ModelNode.Model("decide@v1"), ModelNode.Model("say0@v1")),
            "rename" => ModelNode.Model("scale@v1", inputs: ComposedTests.Names(("Row", "x"))),
            "same name" => ModelNode.Model("step0@v1", outputs: ComposedTests.Names(("X", "K"))),
            "no steps" => ModelNode.Sequence(),
            "no cases" => ModelNode.Switch("K", new Dictionary<double, ModelNode>(), Step),
            "text of number" => ModelNode.Switch("K", new Dictionary<string, ModelNode>(StringComparer.Ordinal) { ["1"] = Step }, Step),
            "fraction" => ModelNode.Switch("K", new Dictionary<double, ModelNode> { [0.5] = Step }, Step),
            "weight" => ModelNode.Ensemble((Step, double.NaN)),
            "deep" => Nested(9),
            "many" => ModelNode.Ensemble(Enumerable.Repeat(Step, 64)),
            _ => ModelNode.Sequence(ModelNode.Model("inner@v1")),
        };

    private static ModelNode Nested(int depth) => depth == 1 ? Step : ModelNode.Sequence(Nested(depth - 1));

    private static string Wrap(string node, int times) =>
        string.Concat(Enumerable.Repeat("""{"kind":"sequence","steps":[""", times)) + node + string.Concat(Enumerable.Repeat("]}", times));

    private static string Root(string node) => $$"""{"format":1,"root":{{node}}}""";

    private static ModelPackage Package(ServingHost host, string file, string loop)
    {
        var step = host.Packages.Open(new("step0", 1));
        file = file.Replace("MEMBER", """{"kind":"model","model":"step0@v1","digest":"DIGEST"}""", StringComparison.Ordinal)
            .Replace("DIGEST", step.Digest.ToString(), StringComparison.Ordinal)
            .Replace("LOOP", loop, StringComparison.Ordinal);
        return ModelPackage.Create(
            new(ModelRuntime.Composed, "1"),
            step.Manifest.Signature,
            new ModelFileContent("composition.json", ModelFileRole.Model, "application/json", Encoding.UTF8.GetBytes(file))
        );
    }
}
