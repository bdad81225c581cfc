using System.Text.Json;

namespace MlPlatform.Core.Internal;

internal sealed record SubscriptionRow
{
    public const string Columns = """
        id AS Id, name AS Name, description AS Description, format AS Format, address AS Address, filter AS Filter, secret AS Secret, active AS Active,
        tx AS Tx, row_id AS RowId, attempts AS Attempts, last_error AS LastError, created_at AS CreatedAt, updated_at AS UpdatedAt
        """;

    public required string Id { get; init; }

    public required string Name { get; set; }

    public string? Description { get; set; }

    public required string Format { get; init; }

    public required string Address { get; set; }

    public required string Filter { get; set; }

    public string? Secret { get; set; }

    public required int Active { get; set; }

    public required long Tx { get; set; }

    public required long RowId { get; set; }

    public int Attempts { get; init; }

    public string? LastError { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; set; }

    public EventSubscription ToSubscription() =>
        new()
        {
            Id = Id,
            Name = Name,
            Description = Description,
            Format = Format,
            Address = new(Address),
            Filter = ReadFilter(),
            HasSecret = Secret is not null,
            IsActive = Active != 0,
            Position = new(Tx, RowId),
            FailedAttempts = Attempts,
            LastError = LastError,
            CreatedAt = StoredTime.FromMicros(CreatedAt),
            UpdatedAt = StoredTime.FromMicros(UpdatedAt),
        };

    /// <summary>As it is once an event is settled.</summary>
    public SubscriptionRow WithoutFailures() => this with { Attempts = 0 };

    public IReadOnlyList<string> ReadFilter() => JsonSerializer.Deserialize(Filter, CoreJson.Default.IReadOnlyListString)!;

    public static string WriteFilter(IReadOnlyList<string> filter) =>
        JsonSerializer.Serialize(filter, CoreJson.Default.IReadOnlyListString);
}
