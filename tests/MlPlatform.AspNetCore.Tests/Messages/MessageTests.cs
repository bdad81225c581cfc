using System.Text.Json;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Tests;

public sealed class MessageTests
{
    private static readonly MlflowEnum<RunStatus> Statuses = new(("RUNNING", 1, RunStatus.Running), ("FINISHED", 3, RunStatus.Finished));

    [Fact]
    public void Texts_are_texts_and_null_is_unset()
    {
        var message = Parse("""{"a":"x","empty":"","n":null,"escaped":"\u00e9\ud83d\ude00","number":1}""");
        Assert.Equal("x", message.RequiredString("a"));
        Assert.Equal("", message.OptionalString("empty"));
        Assert.Null(message.OptionalString("n"));
        Assert.Null(message.OptionalString("missing"));
        Assert.False(message.Has("n"));
        Assert.Equal("é😀", message.OptionalString("escaped"));
        Refused("Missing value for required parameter 'empty'.", () => message.RequiredString("empty"));
        Refused("Invalid value 1 for parameter 'number' supplied: a text was expected.", () => message.OptionalString("number"));
        Refused("'half' supplied: a text of whole characters", () => Parse("""{"half":"\ud800"}""").OptionalString("half"));
        Refused("'nul' supplied: a text without NUL", () => Parse("""{"nul":"a\u0000b"}""").OptionalString("nul"));
    }

    [Theory]
    [InlineData("12", 12L)]
    [InlineData("\"12\"", 12L)]
    [InlineData("\"-12\"", -12L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("\"-9223372036854775808\"", long.MinValue)]
    [InlineData("1.0", 1L)]
    [InlineData("1e3", 1000L)]
    [InlineData("1.5", null)]
    [InlineData("9223372036854775808", null)]
    [InlineData("1e400", null)]
    [InlineData("\"\"", null)]
    [InlineData("\" 1\"", null)]
    [InlineData("\"1.0\"", null)]
    [InlineData("\"\\ud800\"", null)]
    [InlineData("true", null)]
    [InlineData("[1]", null)]
    public void A_whole_number_comes_as_number_or_text(string json, long? expected)
    {
        var message = Parse($$"""{"n":{{json}}}""");
        if (expected is not null)
        {
            Assert.Equal(expected, message.RequiredInt64("n"));
        }
        else
        {
            Refused("'n' supplied: a whole number was expected", () => message.OptionalInt64("n"));
        }
    }

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("-1e-3", -0.001)]
    [InlineData("3", 3.0)]
    [InlineData("\"0.5\"", 0.5)]
    [InlineData("\"NaN\"", double.NaN)]
    [InlineData("\"Infinity\"", double.PositiveInfinity)]
    [InlineData("\"-Infinity\"", double.NegativeInfinity)]
    [InlineData("\"nan\"", null)]
    [InlineData("\"∞\"", null)]
    [InlineData("\"1,5\"", null)]
    [InlineData("\"1e999\"", null)]
    [InlineData("1e999", null)]
    [InlineData("\"\\ud800\"", null)]
    [InlineData("{}", null)]
    public void A_number_comes_as_number_or_text_and_as_what_is_none_by_name(string json, double? expected)
    {
        var message = Parse($$"""{"v":{{json}}}""");
        if (expected is not null)
        {
            Assert.Equal(expected, message.RequiredDouble("v"));
        }
        else
        {
            Refused("'v' supplied: a number was expected", () => message.OptionalDouble("v"));
        }
    }

    [Theory]
    [InlineData("\"FINISHED\"", RunStatus.Finished)]
    [InlineData("3", RunStatus.Finished)]
    [InlineData("\"1\"", RunStatus.Running)]
    [InlineData("\"finished\"", null)]
    [InlineData("4", null)]
    [InlineData("-1", null)]
    [InlineData("[3]", null)]
    public void An_enumeration_comes_by_name_or_number(string json, RunStatus? expected)
    {
        var message = Parse($$"""{"status":{{json}}}""");
        if (expected is not null)
        {
            Assert.Equal(expected, message.OptionalEnum("status", Statuses));
        }
        else
        {
            Refused("'status' supplied: one of RUNNING, FINISHED was expected", () => message.OptionalEnum("status", Statuses));
        }

        Assert.Null(message.OptionalEnum("missing", Statuses));
        Assert.Equal("FINISHED", Statuses.NameOf(RunStatus.Finished));
    }

    [Fact]
    public void Lists_and_messages_name_the_item_that_is_wrong()
    {
        var message = Parse(
            """{"keys":["a","b"],"metrics":[{"key":"auc","value":0.5},{"key":"loss","value":"x"}],"one":{"a":1},"odd":["a",1]}"""
        );
        Assert.Equal(["a", "b"], message.Strings("keys"));
        Assert.Empty(message.Strings("missing"));
        Assert.Empty(message.Messages("missing"));
        Assert.Null(message.OptionalMessage("missing"));
        Assert.Equal(1, message.OptionalMessage("one")!.OptionalInt64("a"));
        var metrics = message.Messages("metrics");
        Assert.Equal(0.5, metrics[0].RequiredDouble("value"));
        Refused(
            "Invalid value \"x\" for parameter 'metrics[1].value' supplied: a number was expected.",
            () => metrics[1].RequiredDouble("value")
        );
        Refused("Missing value for required parameter 'metrics[0].step'.", () => metrics[0].RequiredInt64("step"));
        Refused("'odd[1]' supplied: a text was expected", () => message.Strings("odd"));
        Refused("'keys[0]' supplied: an object was expected", () => message.Messages("keys"));
        Refused("Invalid value (an object) for parameter 'one' supplied: a list was expected.", () => message.Strings("one"));
        Refused("'keys' supplied: it has 2 items; at most 1 are allowed.", () => message.Strings("keys", maximum: 1));
        Refused("'metrics' supplied: it has 2 items", () => message.Messages("metrics", maximum: 1));
    }

    [Fact]
    public void Booleans_and_limits_are_checked()
    {
        var message = Parse("""{"yes":true,"no":false,"text":"true","max":"50","zero":0,"big":2000}""");
        Assert.True(message.OptionalBoolean("yes"));
        Assert.False(message.OptionalBoolean("no"));
        Assert.Null(message.OptionalBoolean("missing"));
        Refused("'text' supplied: true or false was expected", () => message.OptionalBoolean("text"));
        Assert.Equal(50, message.Limit("max", 100, 1000));
        Assert.Equal(100, message.Limit("missing", 100, 1000));
        Refused("'zero' supplied: 1 to 1000 is allowed.", () => message.Limit("zero", 100, 1000));
        Refused("2000", () => message.Limit("big", 100, 1000));
    }

    [Theory]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(double.PositiveInfinity, "1.7976931348623157E+308")]
    [InlineData(double.NegativeInfinity, "-1.7976931348623157E+308")]
    [InlineData(0.1, "0.1")]
    [InlineData(3.0, "3")]
    public void A_number_goes_out_as_mlflow_writes_it(double value, string json) =>
        Assert.Equal(json, JsonReply.Number(value).ToJsonString());

    private static MlflowMessage Parse(string json) => new(JsonElement.Parse(json));

    private static void Refused(string message, Func<object?> read)
    {
        var error = Assert.Throws<MlflowException>(read).Error;
        Assert.Equal((400, "INVALID_PARAMETER_VALUE"), (error.Status, error.Code));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
