"""Settings of the server, from the command line or the environment (``BACKPROP_PORT=8001``)."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How the server listens and what it allows. Each has a variable named ``BACKPROP_...``."""

    model_config = SettingsConfigDict(env_prefix="BACKPROP_", extra="ignore")

    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    allowed_hosts: list[str] = Field(
        [], description="More names that this server is called by, in Host and Origin headers."
    )
    database: Path | None = Field(
        None, description="File to keep sessions in; else one in the user's data folder."
    )
    memory: bool = Field(False, description="Keep sessions in memory, until the server stops.")
    keep_days: float = Field(
        90.0, gt=0, description="Days without use after which a session is forgotten."
    )
    max_sessions: int = Field(
        500, ge=1, description="Sessions in memory; the longest idle one leaves it first."
    )
    idle: float = Field(60.0, ge=0, description="Seconds without use after which one leaves it.")
    max_body: int = Field(8_000_000, ge=1, description="Bytes of one request's body.")
    max_followers: int = Field(1000, ge=1, description="Event streams open at once.")
    engine: Literal["auto", "numpy"] = Field(
        "auto", description="auto: compiled loops, as soon as they are ready; numpy: NumPy alone."
    )
    machine_code: Path | None = Field(
        None, description="Folder to keep compiled code in; else one in the user's cache folder."
    )
    patience: float = Field(
        10.0, ge=0, description="Seconds that play goes on while nobody watches."
    )
