namespace MlPlatform.Registry;

/// <summary>Where a logged model stands.</summary>
public enum LoggedModelStatus
{
    /// <summary>Its files are being written.</summary>
    Pending,

    /// <summary>It is complete.</summary>
    Ready,

    /// <summary>Its files could not be written.</summary>
    UploadFailed,
}
