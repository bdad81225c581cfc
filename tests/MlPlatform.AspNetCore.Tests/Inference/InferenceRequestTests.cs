using System.Text;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Tests;

public sealed class InferenceRequestTests
{
    [Theory]
    [InlineData("BOOL", "true,false,1,0", "01000100")]
    [InlineData("INT8", "-128,127,-1,0", "807FFF00")]
    [InlineData("UINT8", "255,0,128,1", "FF008001")]
    [InlineData("INT16", "-32768,32767,-1,0", "0080FF7FFFFF0000")]
    [InlineData("UINT16", "65535,0,32768,1", "FFFF000000800100")]
    [InlineData("INT32", "-2147483648,2147483647,-1,0", "00000080FFFFFF7FFFFFFFFF00000000")]
    [InlineData("UINT32", "4294967295,0,1,2", "FFFFFFFF000000000100000002000000")]
    [InlineData(
        "INT64",
        "-9223372036854775808,9223372036854775807,9007199254740993,0",
        "0000000000000080FFFFFFFFFFFFFF7F01000000000020000000000000000000"
    )]
    [InlineData("UINT64", "18446744073709551615,0,9007199254740993,1", "FFFFFFFFFFFFFFFF000000000000000001000000000020000100000000000000")]
    [InlineData("FP32", "3.4028235E+38,1E-45,-0.0,1", "FFFF7F7F01000000000000800000803F")]
    [InlineData("FP64", "1.7976931348623157E+308,5E-324,-0.0,1", "FFFFFFFFFFFFEF7F01000000000000000000000000000080000000000000F03F")]
    public void Every_datatype_is_read_at_its_extremes_to_the_bit(string datatype, string data, string expected)
    {
        var tensor = Requests.ReadInput($"\"name\":\"x\",\"shape\":[4],\"datatype\":\"{datatype}\",\"data\":[{data}]");
        Assert.Equal(expected, Convert.ToHexString(tensor.Data.Span));
        Assert.Equal([4L], tensor.Shape);
    }

    [Fact]
    public void Texts_are_read_with_their_escapes()
    {
        var tensor = Requests.ReadInput(
            """
            "name":"x","shape":[2,2],"datatype":"BYTES","data":[["a\u00e9\n",""],["\ud83d\ude00","\\"]]
            """
        );
        Assert.Equal(DataType.String, tensor.Type);
        Assert.Equal(["a\u00e9\n", "", "\U0001F600", "\\"], tensor.Texts);
    }

    [Theory]
    [InlineData("""{"inputs":[{"data":[1,2],"datatype":"INT8","shape":[2],"name":"x"}],"id":"i"}""")]
    [InlineData("""{"id":"i","inputs":[{"shape":[2,1],"data":[[1],[2]],"name":"x","datatype":"INT8","more":{"a":[1]}}],"more":[{}]}""")]
    [InlineData(
        """ {"\u0069nputs":[{"parameters":{"p":"q","r":1.5,"s":true},"name":"x","datatype":"INT8","shape":[1,1,2],"data":[[[1,2]]]}],"id":"i"} """
    )]
    public void Members_come_in_any_order_and_data_flat_or_nested(string json)
    {
        var request = Requests.Read(json);
        Assert.Equal("i", request.Id);
        Assert.Equal([1, 2], Assert.Single(request.Inputs).Data.ToArray());
    }

    [Fact]
    public void An_empty_batch_is_valid()
    {
        var tensor = Requests.ReadInput("\"name\":\"x\",\"shape\":[0,3],\"datatype\":\"FP32\",\"data\":[]");
        Assert.Equal([0L, 3L], tensor.Shape);
        Assert.True(tensor.Data.IsEmpty);
    }

    [Fact]
    public void Parameters_and_outputs_say_what_is_binary_and_the_output_has_the_last_word()
    {
        var request = Requests.Read(
            """
            {"inputs":[],"parameters":{"binary_data_output":true,"timeout":1500,"priority":3,"other":"x"},
             "outputs":[{"name":"a"},{"name":"b","parameters":{"binary_data":false,"level":2}}]}
            """
        );
        Assert.Equal(["a", "b"], request.ToTensors().Outputs);
        Assert.Equal((true, false, 1500), (request.IsBinary("a"), request.IsBinary("b"), request.Timeout));
    }

    [Theory]
    [InlineData("INT8", "128", "element 0, '128', is not a value of INT8")]
    [InlineData("INT8", "-129", "'-129'")]
    [InlineData("UINT8", "256", "'256'")]
    [InlineData("UINT8", "-1", "'-1'")]
    [InlineData("INT16", "32768", "INT16")]
    [InlineData("UINT16", "65536", "UINT16")]
    [InlineData("INT32", "2147483648", "INT32")]
    [InlineData("UINT32", "4294967296", "UINT32")]
    [InlineData("INT64", "9223372036854775808", "INT64")]
    [InlineData("UINT64", "18446744073709551616", "UINT64")]
    [InlineData("INT32", "1.5", "'1.5'")]
    [InlineData("INT64", "1e3", "'1e3'")]
    [InlineData("INT64", "\"1\"", "INT64")]
    [InlineData("INT64", "true", "INT64")]
    [InlineData("FP32", "1e39", "FP32")]
    [InlineData("FP64", "1e309", "FP64")]
    [InlineData("FP64", "null", "FP64")]
    [InlineData("FP32", "{}", "FP32")]
    [InlineData("FP32", "NaN", "not valid JSON")]
    [InlineData("BOOL", "2", "BOOL")]
    [InlineData("BOOL", "\"true\"", "BOOL")]
    [InlineData("BYTES", "1", "BYTES")]
    [InlineData("BYTES", "null", "BYTES")]
    [InlineData("BYTES", "\"\\ud800\"", "not valid JSON")]
    [InlineData("FP16", "1", "send it as a binary tensor")]
    [InlineData("BF16", "1", "send it as a binary tensor")]
    [InlineData("STRING", "1", "datatype 'STRING' is not known")]
    [InlineData("INT8", "1,2", "more elements")]
    [InlineData("INT8", "", "'data' has 0 elements; its shape has 1")]
    public void A_value_that_does_not_fit_is_refused(string datatype, string data, string says)
    {
        string[] orders =
        [
            $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"{{datatype}}","data":[{{data}}]}]}""",
            $$"""{"inputs":[{"data":[{{data}}],"name":"x","shape":[1],"datatype":"{{datatype}}"}]}""",
        ];
        Assert.All(orders, json => Assert.Contains(says, Requests.Refusal(json), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "The body is not an object.")]
    [InlineData("{}", "no 'inputs'")]
    [InlineData("""{"inputs":[]} x""", "not valid JSON")]
    [InlineData("""{"inputs":[""", "not valid JSON")]
    [InlineData("""{"inputs":{}}""", "'inputs' is not an array")]
    [InlineData("""{"inputs":[1]}""", "Input 0 is not an object.")]
    [InlineData("""{"inputs":[],"outputs":["y"]}""", "Output 0 is not an object.")]
    [InlineData("""{"inputs":null}""", "The request: 'inputs' is not an array.")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":["1"]}]}""", "element 0, '\"1\"', is not a value of INT8")]
    [InlineData("{\"inputs\":[],}", "The body is not valid JSON: the comma before the '}' at line 1, byte 14 is one too many.")]
    [InlineData("{\"inputs\":[\r\n],\r\n }", "The body is not valid JSON: the comma before the '}' at line 3, byte 2 is one too many.")]
    [InlineData("""{"inputs":[]]}""", "The body is not valid JSON: ']' may not stand at line 1, byte 13.")]
    [InlineData("{\n \"inputs\":\n  [] 2}", "The body is not valid JSON: '2' may not stand at line 3, byte 6.")]
    [InlineData("{\"inputs\":[{\"name\":\"x\"", "The body is not valid JSON: it ends before it is complete, at line 1, byte 23.")]
    [InlineData("{\"inputs\":[]\u00e9}", "The body is not valid JSON: what stands at line 1, byte 13 may not.")]
    [InlineData("""{"inputs":["\ud800"]}""", "Input 0 is not an object.")]
    [InlineData("""{"inputs":[],"id":"\ud800"}""", "a text is not valid Unicode")]
    [InlineData("""{"inputs":[],"inputs":[]}""", "'inputs' is given twice")]
    [InlineData("""{"inputs":[],"id":1}""", "'id' is not a string")]
    [InlineData("""{"inputs":[],"parameters":[]}""", "'parameters' is not an object")]
    [InlineData("""{"inputs":[],"parameters":{"a":{}}}""", "parameter 'a'")]
    [InlineData("""{"inputs":[],"parameters":{"timeout":1,"timeout":1}}""", "'timeout' is given twice")]
    [InlineData("""{"inputs":[],"outputs":[{"name":"y","parameters":{"classification":1}}]}""", "'classification' is of an extension")]
    [InlineData(
        """{"inputs":[],"outputs":[{"name":"y","parameters":{"shared_memory_region":"a"}}]}""",
        "'shared_memory_region' is of an extension"
    )]
    [InlineData("""{"inputs":[],"parameters":{"timeout":-1}}""", "'timeout'")]
    [InlineData("""{"inputs":[],"parameters":{"binary_data_output":1}}""", "'binary_data_output'")]
    [InlineData("""{"inputs":[],"outputs":[{}]}""", "Output 0 has no 'name'")]
    [InlineData("""{"inputs":[],"outputs":[{"name":"a"},{"name":"a"}]}""", "Output 'a' is given twice")]
    [InlineData("""{"inputs":[{"shape":[1],"datatype":"INT8","data":[1]}]}""", "Input 0 has no 'name'")]
    [InlineData("""{"inputs":[{"name":"x","datatype":"INT8","data":[1]}]}""", "Input 'x' has no 'shape'")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"data":[1]}]}""", "Input 'x' has no 'datatype'")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"INT8"}]}""", "neither 'data' nor")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[1],"data":[1]}]}""", "'data' is given twice")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":1}]}""", "'data' is not an array")]
    [InlineData("""{"inputs":[{"name":"x","shape":[-1],"datatype":"INT8","data":[1]}]}""", "dimension 0")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1.5],"datatype":"INT8","data":[1]}]}""", "dimension 0")]
    [InlineData("""{"inputs":[{"name":"x","shape":1,"datatype":"INT8","data":[1]}]}""", "'shape' is not an array")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"datatype":"INT8","data":[1]}]}""", "more than 16")]
    [InlineData("""{"inputs":[{"name":"x","shape":[4294967296,4294967296],"datatype":"INT8","data":[1]}]}""", "larger than")]
    [InlineData("""{"inputs":[{"name":"x","shape":[9223372036854775807,0],"datatype":"INT8","data":[]}]}""", "larger than")]
    [InlineData("""{"inputs":[{"name":"x","shape":[0,9223372036854775807],"datatype":"INT8","data":[]}]}""", "larger than")]
    [InlineData("""{"inputs":[{"name":"x","shape":[262145],"datatype":"FP32","data":[1]}]}""", "larger than")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1000000],"datatype":"INT8","data":[1]}]}""", "fewer elements")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","parameters":{"binary_data_size":1}}]}""", "header")]
    public void What_is_malformed_is_refused_with_what_and_where(string json, string says) =>
        Assert.Contains(says, Requests.Refusal(json), StringComparison.Ordinal);

    [Fact]
    public void Two_inputs_of_one_name_are_refused()
    {
        const string Input = """{"name":"x","shape":[1],"datatype":"INT8","data":[1]}""";
        Assert.Contains("Input 'x' is given twice", Requests.Refusal($$"""{"inputs":[{{Input}},{{Input}}]}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[2,3]", "[[1,2,3],[4,5,6]]")]
    [InlineData("[2,3]", "[1,2,3,4,5,6]")]
    [InlineData("[1,2,3]", "[[[1,2,3],[4,5,6]]]")]
    [InlineData("[2,1,3]", "[[[1,2,3]],[[4,5,6]]]")]
    [InlineData("[6]", "[1,2,3,4,5,6]")]
    [InlineData("[0,3]", "[]")]
    [InlineData("[2,0]", "[[],[]]")]
    [InlineData("[2,0]", "[]")]
    [InlineData("[]", "[1]")]
    public void Nested_data_that_is_as_its_shape_says_is_read(string shape, string data)
    {
        string[] orders =
        [
            $"\"name\":\"x\",\"shape\":{shape},\"datatype\":\"INT8\",\"data\":{data}",
            $"\"name\":\"x\",\"data\":{data},\"shape\":{shape},\"datatype\":\"INT8\"",
        ];
        var count = data.Count(char.IsDigit);
        Assert.All(orders, o => Assert.Equal(Enumerable.Range(1, count).Select(n => (byte)n), Requests.ReadInput(o).Data.ToArray()));
    }

    [Theory]
    [InlineData("[2,3]", "[[1,2],[3,4],[5,6]]", "element 2 at depth 2")]
    [InlineData("[2,3]", "[[1,2,3,4],[5,6]]", "element 4 at depth 2")]
    [InlineData("[2,3]", "[[1,2,3],4,5,6]", "element 6 at depth 1")]
    [InlineData("[2,3]", "[1,2,3,[4,5,6]]", "element 3 at depth 2")]
    [InlineData("[2,3]", "[[[1,2,3],[4,5,6]]]", "element 0 at depth 3")]
    [InlineData("[2,3]", "[[1,2,3],[],[4,5,6]]", "element 3 at depth 2")]
    [InlineData("[2,1,3]", "[[1,2,3],[4,5,6]]", "element 3 at depth 2")]
    [InlineData("[6]", "[[1,2,3,4,5,6]]", "element 0 at depth 2")]
    [InlineData("[6]", "[[1],[2],[3],[4],[5],[6]]", "element 0 at depth 2")]
    [InlineData("[0,3]", "[[]]", "element 0 at depth 2")]
    [InlineData("[2,0]", "[[]]", "element 0 at depth 1")]
    [InlineData("[]", "[[1]]", "element 0 at depth 2")]
    public void Nested_data_of_another_shape_is_refused_with_where_it_differs(string shape, string data, string says)
    {
        foreach (
            var (datatype, values) in new[]
            {
                ("INT8", data),
                ("BYTES", System.Text.RegularExpressions.Regex.Replace(data, "\\d", "\"$0\"")),
            }
        )
        {
            Assert.Equal(
                $"Input 'x': 'data' is nested otherwise than its shape {shape} says, from {says} on.",
                Requests.Refusal($$"""{"inputs":[{"name":"x","shape":{{shape}},"datatype":"{{datatype}}","data":{{values}}}]}""")
            );
        }
    }

    [Fact]
    public void Nesting_has_a_limit()
    {
        Assert.Equal(1, Assert.Single(Requests.Read(Nested(16, 16)).Inputs).Data.Span[0]);
        Assert.Contains("more than 16 dimensions", Requests.Refusal(Nested(17, 17)), StringComparison.Ordinal);
        Assert.Contains("nested otherwise", Requests.Refusal(Nested(16, 17)), StringComparison.Ordinal);
        Assert.Contains("nested otherwise", Requests.Refusal(Nested(16, 100_000)), StringComparison.Ordinal);
        Assert.Contains(
            "not valid JSON: at line 1, byte 72, nothing may begin, or it is more than 64 deep",
            Requests.Refusal($$"""{"more":{{new string('[', 64)}}{{new string(']', 64)}},"inputs":[]}"""),
            StringComparison.Ordinal
        );
        Assert.Empty(Requests.Read($$"""{"more":{{new string('[', 63)}}{{new string(']', 63)}},"inputs":[]}""").Inputs);

        static string Nested(int rank, int depth) =>
            $$"""{"inputs":[{"name":"x","shape":[{{string.Join(',', Enumerable.Repeat(1, rank))}}],"datatype":"INT8","data":{{new string(
                '[',
                depth
            )}}1{{new string(']', depth)}}}]}""";
    }

    [Fact]
    public void More_tensors_than_any_model_has_are_refused()
    {
        var inputs = string.Join(
            ',',
            Enumerable.Range(0, 1025).Select(i => $$"""{"name":"{{i}}","shape":[0],"datatype":"INT8","data":[]}""")
        );
        Assert.Contains("more than 1024 inputs", Requests.Refusal($$"""{"inputs":[{{inputs}}]}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused()
    {
        byte[] body =
        [
            .. Encoding.UTF8.GetBytes("""{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":[" """),
            0xFF,
            .. "\"]}]}"u8,
        ];
        Assert.Contains("not valid JSON", Requests.Refusal(body), StringComparison.Ordinal);
    }
}
