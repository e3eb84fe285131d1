/** A provider that anyone can have a key of. */
export interface KnownProvider {
  /** As app files name it. */
  readonly name: string;
  /** As people know it. */
  readonly label: string;
  readonly baseUrl: string;
}

/** Providers whose addresses speak the interface of OpenAI and list their models. */
export const KNOWN_PROVIDERS: readonly [KnownProvider, ...KnownProvider[]] = [
  { name: 'openai', label: 'OpenAI', baseUrl: 'https://api.openai.com/v1' },
  { name: 'deepseek', label: 'DeepSeek', baseUrl: 'https://api.deepseek.com/v1' },
  { name: 'gemini', label: 'Google Gemini', baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai' },
  { name: 'groq', label: 'Groq', baseUrl: 'https://api.groq.com/openai/v1' },
  { name: 'mistralai', label: 'Mistral', baseUrl: 'https://api.mistral.ai/v1' },
  { name: 'moonshot', label: 'Moonshot (Kimi)', baseUrl: 'https://api.moonshot.cn/v1' },
  { name: 'openrouter', label: 'OpenRouter', baseUrl: 'https://openrouter.ai/api/v1' },
  { name: 'siliconflow', label: 'SiliconFlow (硅基流动)', baseUrl: 'https://api.siliconflow.cn/v1' },
];
