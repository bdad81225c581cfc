using PlatformHost;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
builder.WebHost.ConfigureKestrel(o => o.Limits.MaxRequestLineSize = 64 * 1024); // Clients send long search filters in the address.
builder.UseMlPlatformGrpc(); // Beside --urls, when MlPlatform:Serving:GrpcPort names a port.
builder.Services.AddOpenApi();
builder.Services.AddMlPlatform().UseProviders(builder.Configuration).AddAspNetCore();
var app = builder.Build();
app.MapMlPlatform();
app.MapOpenApi(); // At /openapi/v1.json.
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"ready {string.Join(' ', app.Urls)}"));
await app.RunAsync();
