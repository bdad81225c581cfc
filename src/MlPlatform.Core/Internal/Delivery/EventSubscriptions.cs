using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.Options;

namespace MlPlatform.Core.Internal;

internal sealed partial class EventSubscriptions(
    IMetadataDatabase database,
    IEventLog log,
    EventFormats formats,
    EventSender sender,
    SecretBox secrets,
    Clocks clocks,
    IOptions<DeliveryOptions> options
) : IEventSubscriptions
{
    public async Task<EventSubscription> CreateAsync(EventSubscriptionOptions subscription, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        CheckName(subscription.Name);
        CheckAddress(subscription.Address);
        _ = formats.Get(subscription.Format).GetTypes(subscription.Filter);
        var from = subscription.From ?? await log.GetLastPositionAsync(cancellationToken).ConfigureAwait(false);
        var now = clocks.Platform.NowMicros();
        var row = new SubscriptionRow
        {
            Id = UuidText.Format(UuidText.New(clocks.Platform)),
            Name = subscription.Name,
            Description = subscription.Description,
            Format = subscription.Format,
            Address = subscription.Address.OriginalString,
            Filter = SubscriptionRow.WriteFilter(subscription.Filter),
            Secret = Protect(subscription.Secret),
            Active = subscription.IsActive ? 1 : 0,
            Tx = from.Transaction,
            RowId = from.Row,
            CreatedAt = now,
            UpdatedAt = now,
        };
        const string Sql = """
            INSERT INTO core_subscription (id, name, description, format, address, filter, secret, active, tx, row_id, attempts, retry_at, created_at,
                updated_at)
            VALUES (@Id, @Name, @Description, @Format, @Address, @Filter, @Secret, @Active, @Tx, @RowId, 0, 0, @CreatedAt, @UpdatedAt)
            """;
        await WriteAsync(
                async work =>
                {
                    await work.Connection.ExecuteAsync(Sql, row, work.Transaction).ConfigureAwait(false);
                    Announce(work, EventTypes.SubscriptionCreated, row);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return row.ToSubscription();
    }

    public async Task<EventSubscription?> GetAsync(string id, CancellationToken cancellationToken = default) =>
        (await FindAsync(id, cancellationToken).ConfigureAwait(false))?.ToSubscription();

    public Task<IReadOnlyList<EventSubscription>> ListAsync(
        string? format = null,
        string? before = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        var sql = $"""
            SELECT {SubscriptionRow.Columns} FROM core_subscription
            WHERE id < @before {(format is null ? string.Empty : "AND format = @format")} ORDER BY id DESC LIMIT @limit
            """;
        var parameters = new
        {
            before = before ?? "g", // After every hexadecimal digit.
            format,
            limit,
        };
        return database.ReadAsync<IReadOnlyList<EventSubscription>>(
            async connection =>
                [
                    .. (
                        await connection
                            .QueryAsync<SubscriptionRow>(new(sql, parameters, cancellationToken: cancellationToken))
                            .ConfigureAwait(false)
                    ).Select(r => r.ToSubscription()),
                ],
            cancellationToken
        );
    }

    public Task<EventSubscription> UpdateAsync(string id, EventSubscriptionChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(change);
        return database.WriteAsync(
            Durability.Power,
            async work =>
            {
                var row =
                    await work
                        .Connection.QuerySingleOrDefaultAsync<SubscriptionRow>(
                            $"SELECT {SubscriptionRow.Columns} FROM core_subscription WHERE id = @id {database.Dialect.ForUpdate()}",
                            new { id },
                            work.Transaction
                        )
                        .ConfigureAwait(false)
                    ?? throw NotFound(id);
                Apply(row, change);
                const string Sql = """
                    UPDATE core_subscription SET name = @Name, description = @Description, address = @Address, filter = @Filter, secret = @Secret,
                        active = @Active, tx = @Tx, row_id = @RowId, attempts = 0, retry_at = 0, last_error = NULL, updated_at = @UpdatedAt
                    WHERE id = @Id
                    """;
                await work.Connection.ExecuteAsync(Sql, row, work.Transaction).ConfigureAwait(false);
                Announce(work, EventTypes.SubscriptionChanged, row);
                return row.ToSubscription() with { FailedAttempts = 0, LastError = null };
            },
            cancellationToken
        );
    }

    public Task DeleteAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return WriteAsync(
            async work =>
            {
                var row =
                    await work
                        .Connection.QuerySingleOrDefaultAsync<SubscriptionRow>(
                            $"DELETE FROM core_subscription WHERE id = @id RETURNING {SubscriptionRow.Columns}",
                            new { id },
                            work.Transaction
                        )
                        .ConfigureAwait(false)
                    ?? throw NotFound(id);
                Announce(work, EventTypes.SubscriptionDeleted, row);
            },
            cancellationToken
        );
    }

    public async Task<DeliveryAttempt> SendAsync(string id, EventMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        var row = await FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw NotFound(id);
        return await SendAsync(row, message, cancellationToken).ConfigureAwait(false);
    }

    private void Apply(SubscriptionRow row, EventSubscriptionChange change)
    {
        if (change.Name is { } name)
        {
            CheckName(name);
            row.Name = name;
        }

        if (change.Address is { } address)
        {
            CheckAddress(address);
            row.Address = address.OriginalString;
        }

        if (change.Filter is { } filter)
        {
            _ = formats.Get(row.Format).GetTypes(filter);
            row.Filter = SubscriptionRow.WriteFilter(filter);
        }

        row.Description = change.Description ?? row.Description;
        row.Secret = change.Secret is null ? row.Secret : Protect(change.Secret);
        row.Active = change.IsActive is { } active ? (active ? 1 : 0) : row.Active;
        (row.Tx, row.RowId) = change.From is { } from ? (from.Transaction, from.Row) : (row.Tx, row.RowId);
        row.UpdatedAt = clocks.Platform.NowMicros();
    }

    private string? Protect(string? secret) => string.IsNullOrEmpty(secret) ? null : secrets.Protect(secret);

    private Task<SubscriptionRow?> FindAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        return database.ReadAsync(
            connection =>
                connection.QuerySingleOrDefaultAsync<SubscriptionRow?>(
                    new(
                        $"SELECT {SubscriptionRow.Columns} FROM core_subscription WHERE id = @id",
                        new { id },
                        cancellationToken: cancellationToken
                    )
                ),
            cancellationToken
        );
    }

    private void CheckAddress(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var schemes = options.Value.AllowHttp ? "https or http" : "https";
        if (
            !address.IsAbsoluteUri
            || (address.Scheme != Uri.UriSchemeHttps && !(options.Value.AllowHttp && address.Scheme == Uri.UriSchemeHttp))
            || address.UserInfo.Length > 0
            || address.AbsoluteUri.Length > 2000
        )
        {
            throw new ArgumentException(
                $"The address must be {schemes}, without a user name, of at most 2000 characters.",
                nameof(address)
            );
        }
    }

    private static void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, 250, nameof(name));
    }

    /// <summary>An address may hold a token, so only its host is said.</summary>
    private static void Announce(IUnitOfWork work, string type, SubscriptionRow row) =>
        work.Append(
            new(type, new(AssetKind.Consumer, $"subscription:{row.Id}"))
            {
                Payload = new JsonObject
                {
                    ["name"] = row.Name,
                    ["format"] = row.Format,
                    ["host"] = new Uri(row.Address).Host,
                    ["active"] = row.Active != 0,
                },
            }
        );

    private static AssetNotFoundException NotFound(string id) => new(new(AssetKind.Consumer, $"subscription:{id}"));

    private Task WriteAsync(Func<IUnitOfWork, Task> body, CancellationToken cancellationToken) =>
        database.WriteAsync(Durability.Power, body, cancellationToken);
}
