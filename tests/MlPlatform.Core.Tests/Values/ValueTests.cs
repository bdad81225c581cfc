using System.Text.Json.Nodes;
using CsCheck;

namespace MlPlatform.Core.Tests;

public sealed class ValueTests
{
    [Fact]
    public void Stored_time_floors_to_the_microsecond_on_both_sides_of_the_epoch()
    {
        Assert.Equal(0, StoredTime.ToMicros(DateTimeOffset.UnixEpoch.AddTicks(9)));
        Assert.Equal(-1, StoredTime.ToMicros(DateTimeOffset.UnixEpoch.AddTicks(-1)));
        Assert.Equal(-1, StoredTime.ToMicros(DateTimeOffset.UnixEpoch.AddTicks(-10)));
        Assert.Equal(-2, StoredTime.ToMicros(DateTimeOffset.UnixEpoch.AddTicks(-11)));
    }

    [Fact]
    public void Stored_time_round_trips() =>
        Gen.Long[-62_135_596_800_000_000, 253_402_300_799_999_999].Sample(m => StoredTime.ToMicros(StoredTime.FromMicros(m)) == m);

    [Theory]
    [InlineData("flight-delay@champion", "flight-delay", "champion", null)]
    [InlineData("flight-delay@v12", "flight-delay", null, 12)]
    [InlineData("flight-delay@v0", "flight-delay", "v0", null)]
    [InlineData("a@b@v3", "a@b", null, 3)]
    public void Model_reference_reads_alias_and_version(string text, string name, string? alias, int? version)
    {
        var reference = ModelReference.Parse(text);
        Assert.Equal((name, alias, version), (reference.Name, reference.Alias, reference.Version));
        Assert.Equal(text, reference.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("@champion")]
    [InlineData("name@")]
    public void Model_reference_refuses_what_is_none(string text) => Assert.Throws<FormatException>(() => ModelReference.Parse(text));

    [Theory]
    [InlineData("5:x")]
    [InlineData("-1:x")]
    [InlineData("run,model:x")]
    [InlineData(":x")]
    [InlineData("x")]
    public void Text_without_the_name_of_a_kind_is_no_asset(string text) => Assert.Throws<FormatException>(() => AssetRef.Parse(text));

    [Fact]
    public void Asset_reference_round_trips() =>
        Gen.Select(Gen.Enum<AssetKind>(), Gen.String[Gen.Char.AlphaNumeric, 1, 20], Gen.Int[0, 99])
            .Sample(
                (kind, id, version) =>
                {
                    var asset = new AssetRef(kind, id, version == 0 ? null : version);
                    return AssetRef.Parse(asset.ToString()) == asset;
                }
            );

    [Theory]
    [InlineData("sha256:")]
    [InlineData("sha256:ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef0123456789")]
    [InlineData("md5:00000000000000000000000000000000000000000000000000000000000000000")]
    public void Digest_refuses_other_forms(string text) => Assert.False(ArtifactDigest.TryParse(text, out _));

    [Fact]
    public void Digest_of_the_empty_content_is_the_published_one() =>
        Assert.Equal("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", ArtifactDigest.Of([]).ToString());

    [Fact]
    public void Ids_sort_by_platform_time()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var first = RunId.New(clock).ToString();
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var second = RunId.New(clock).ToString();
        Assert.True(string.CompareOrdinal(first, second) < 0);
        Assert.Equal(RunId.Parse(first).ToString(), first);
        Assert.Throws<FormatException>(() => RunId.Parse("nonsense"));
    }

    [Fact]
    public void Feature_value_keeps_type_and_bits()
    {
        object?[] values =
        [
            null,
            true,
            7,
            7L,
            1.5f,
            double.NaN,
            -0.0,
            "text",
            Guid.Empty,
            new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero),
        ];
        foreach (var value in values)
        {
            Assert.Equal(value, FeatureValue.FromObject(value).ToObject());
        }

        Assert.NotEqual(FeatureValue.Of(0.0), FeatureValue.Of(-0.0));
        Assert.NotEqual(FeatureValue.Of(7), FeatureValue.Of(7L));
        Assert.Equal(FeatureValue.Of([1, 2]), FeatureValue.Of([1, 2]));
        Assert.True(double.IsNaN(FeatureValue.Null.ToDouble()));
        Assert.Throws<ArgumentException>(() => FeatureValue.FromObject(new object()));
    }

    [Fact]
    public void Schema_round_trips_and_refuses_a_name_twice()
    {
        var schema = new DataSchema([
            new("a", DataType.Float32) { Nullable = true },
            new("b", DataType.Int64) { Shape = [-1, 4], Semantic = "id" },
        ]);
        Assert.Equal(schema, DataSchema.FromJson(schema.ToJson()));
        Assert.Throws<ArgumentException>(() => new DataSchema([new("a", DataType.Bool), new("a", DataType.Bool)]));
    }

    [Fact]
    public void Canonical_json_does_not_depend_on_the_order_of_members()
    {
        var one = JsonNode.Parse("""{"b":[1,{"y":null,"x":"ü"}],"a":1.50}""");
        var two = JsonNode.Parse("""{ "a" : 1.50, "b" : [ 1, { "x" : "\u00fc", "y" : null } ] }""");
        Assert.Equal(CanonicalJson.Digest(one), CanonicalJson.Digest(two));
        Assert.NotEqual(CanonicalJson.Digest(one), CanonicalJson.Digest(JsonNode.Parse("""{"b":[{"y":null,"x":"ü"},1],"a":1.50}""")));
    }

    [Theory]
    [InlineData("2030-03-31T00:30:00Z", "2030-03-31T03:00:00Z", "2030-03-31T01:00:00Z")] // 02:30 does not exist that night: it fires once, after the gap.
    [InlineData("2030-10-26T12:00:00Z", "2030-10-27T12:00:00Z", "2030-10-27T00:30:00Z")] // 02:30 comes twice: it fires once.
    public void Cron_fires_once_over_daylight_saving(string after, string now, string due)
    {
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var schedule = RecurringSchedule.Cron("30 2 * * *", berlin);
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        Assert.Equal(
            DateTimeOffset.Parse(due, culture),
            schedule.LatestDue(DateTimeOffset.Parse(after, culture), DateTimeOffset.Parse(now, culture))
        );
    }
}
